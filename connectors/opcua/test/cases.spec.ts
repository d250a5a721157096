import { afterAll, describe, expect, test } from '@jest/globals';
import { ConnectorError } from '@telltale/connector-sdk';
import { eventually, RecordingHost } from '@telltale/connector-sdk/testing';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import opcUaConnector from '../src/index.js';
import { SECRETS, thumbprintOf } from './endpoint.js';
import { RestartableDevice, type DeviceOptions } from './simulated-device.js';

// One folder per case: settings.json, device.json, tags.json, and either expected-samples.json or expected-error.txt.
// `{port}`, `{thumbprint}` and `{certificate}` stand for what differs from run to run. A bug report becomes a folder.
const folder = join(import.meta.dirname, 'cases');
const read = (name: string, file: string): string => readFileSync(join(folder, name, file), 'utf8');

let device: RestartableDevice | undefined;
let options = '';
afterAll(() => device?.dispose());

/** Cases with the same device share it. */
async function deviceFor(text: string): Promise<{ device: RestartableDevice; approved: boolean }> {
  const { approved = false, ...wanted } = JSON.parse(text) as Partial<DeviceOptions> & { approved?: boolean };
  if (!device || options !== JSON.stringify(wanted)) {
    await device?.dispose();
    device = await RestartableDevice.create(wanted);
    options = JSON.stringify(wanted);
  }
  return { device, approved };
}

async function samplesOf(name: string, settings: object, host: RecordingHost): Promise<Record<string, unknown>> {
  const connector = opcUaConnector.create(opcUaConnector.parseSettings(settings), host);
  const tags = Object.entries(JSON.parse(read(name, 'tags.json')) as Record<string, object>).map(([tagPath, raw], index) => ({
    tagId: index + 1, tagPath, address: opcUaConnector.parseAddress(raw), scanIntervalMs: 100,
  }));
  try {
    await connector.setTags(tags);
    await connector.open();
    await eventually('every tag answers', 5_000, () => tags.every(({ tagId }) => host.of(tagId).length > 0));
    return Object.fromEntries(
      tags.map(({ tagId, tagPath }) => {
        const { value = Number.NaN, status = 0 } = host.of(tagId)[0] ?? {};
        return [tagPath, [Number.isNaN(value) ? null : value, `0x${status.toString(16).padStart(8, '0')}`]];
      }),
    );
  } finally {
    await connector.close();
  }
}

describe('cases', () => {
  test.each(readdirSync(folder).toSorted())('%s', async (name) => {
    const { device, approved } = await deviceFor(read(name, 'device.json'));
    const trustedThumbprints = approved ? [await thumbprintOf(device)] : [];
    const settings = { ...(JSON.parse(read(name, 'settings.json').replaceAll('{port}', String(device.port))) as object), ...(approved && { trustedThumbprints }) };
    const host = new RecordingHost({ ...SECRETS, 'wrong-password': 'wrong' });
    try {
      if (existsSync(join(folder, name, 'expected-samples.json'))) {
        expect(await samplesOf(name, settings, host)).toEqual(JSON.parse(read(name, 'expected-samples.json')));
        return;
      }
      const error = await samplesOf(name, settings, host).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ConnectorError);
      const { code, kind, message } = error as ConnectorError;
      const shown = `${code} (${kind})\n${message}\n`
        .replaceAll(String(device.port), '{port}')
        .replaceAll(/\bapproved \([^)]*\)/g, 'approved ({certificate})')
        .replaceAll(/\b[0-9a-f]{64}\b/g, '{thumbprint}');
      expect(shown).toBe(read(name, 'expected-error.txt'));
      expect(host.observations).toEqual([]);
    } finally {
      host.dispose();
    }
  });
});

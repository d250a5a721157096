import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningService } from '@telltale/service-runtime';
import { startEdgeGateway } from '../src/start-edge-gateway.js';
import { configurationOf, endpointOf, eventually, inFolder, settingsFor } from './gateway-room.js';
import { LedgerIngest } from './ledger-ingest.js';
import { LineDevice } from './line-device.js';

const names = ['t1', 't2'];
const TOKEN = 'tte_0123456789012345678901234567890123456789012';

describe('the key of the gateway', () => {
  let ingest: LedgerIngest;
  let device: LineDevice;
  const gateways: RunningService[] = [];
  const start = async (folder: string, more: Parameters<typeof settingsFor>[2] = {}): Promise<RunningService> => {
    const gateway = await startEdgeGateway(settingsFor(folder, ingest.url, { GATEWAY_KEY: undefined, ...more }));
    gateways.push(gateway);
    return gateway;
  };
  beforeEach(async () => {
    ingest = new LedgerIngest();
    ingest.keys.clear();
    ingest.token = TOKEN;
    device = new LineDevice(names, 100);
    await Promise.all([ingest.start(), device.start()]);
    ingest.configuration = configurationOf('1', [endpointOf('push-device', device.port, names)]);
  });
  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
    await Promise.all([ingest.stop(), device.stop()]);
  });
  const keyIn = (folder: string): string => readFileSync(join(folder, 'gateway.key'), 'utf8').trim();

  it('is got with the token, kept with mode 0600, and used after a restart without the token', async () => {
    await inFolder(async (folder) => {
      const first = await start(folder, { GATEWAY_ENROLMENT_TOKEN: TOKEN });
      await eventually('samples', () => ingest.samples.size > 10);
      expect(statSync(join(folder, 'gateway.key')).mode & 0o777).toBe(0o600);
      expect([...ingest.keys]).toEqual([keyIn(folder)]);
      expect(existsSync(join(folder, 'gateway.key.next'))).toBe(false);
      await first.close();
      const seen = ingest.samples.size;
      await start(folder);
      await eventually('more samples', () => ingest.samples.size > seen + 10);
      expect(ingest.enrolments).toBe(1);
    });
  });

  it('is the same when the answer gets lost: the gateway asks again with what it kept', async () => {
    await inFolder(async (folder) => {
      ingest.losesAnswers = 2;
      await start(folder, { GATEWAY_ENROLMENT_TOKEN: TOKEN });
      await eventually('samples', () => ingest.samples.size > 10);
      expect(ingest.enrolments).toBe(3);
      expect([...ingest.keys]).toEqual([keyIn(folder)]);
    });
  });

  it('does not come with a wrong token, and the gateway says why; it keeps trying', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'token');
      writeFileSync(file, 'tte_wrong-token-0123456789\n');
      const gateway = await start(join(folder, 'data'), { GATEWAY_ENROLMENT_TOKEN_FILE: file });
      await eventually('refused', () => ingest.enrolments > 1);
      expect((await gateway.notReady())[0]).toContain('TOKEN_REFUSED');
      expect(existsSync(join(folder, 'data', 'gateway.key'))).toBe(false);
    });
  });

  it('and the token never go over the network in clear', async () => {
    await inFolder(async (folder) => {
      await expect(startEdgeGateway(settingsFor(folder, 'http://ingest.example.com', { GATEWAY_KEY: undefined, GATEWAY_ENROLMENT_TOKEN: TOKEN }))).rejects.toMatchObject({ code: 'ENROLMENT_NEEDS_HTTPS' });
      await expect(startEdgeGateway(settingsFor(folder, 'https://ingest.example.com', { GATEWAY_KEY: undefined }))).rejects.toMatchObject({ code: 'GATEWAY_KEY_MISSING' });
    });
  });

  it('is changed when the platform says so, without losing a sample', async () => {
    await inFolder(async (folder) => {
      await start(folder, { GATEWAY_ENROLMENT_TOKEN: TOKEN });
      await eventually('samples', () => ingest.samples.size > 10);
      const before = keyIn(folder);
      ingest.losesAnswers = 1;
      ingest.rotationDue = true;
      await eventually('the new key is used', () => ingest.keyOfLastStatus !== before);
      expect(keyIn(folder)).toBe(ingest.keyOfLastStatus);
      expect(statSync(join(folder, 'gateway.key')).mode & 0o777).toBe(0o600);
      ingest.keys.delete(before);
      const seen = ingest.samples.size;
      await eventually('more samples', () => ingest.samples.size > seen + 10);
      device.stopClock();
      await eventually('drained', () => names.every((name, i) => ingest.of(i + 1).at(-1)?.sourceTimeUs === device.truth.get(name)?.at(-1)?.at));
      names.forEach((name, i) => {
        const received = ingest.of(i + 1);
        expect(received.map(({ value }) => value)).toEqual((device.truth.get(name) ?? []).filter(({ at }) => at >= (received[0]?.sourceTimeUs ?? 0)).map(({ value }) => value));
      });
    });
  });

  it('survives a gateway that was killed in the middle of the change, also when the old key has ended', async () => {
    await inFolder(async (folder) => {
      const first = await start(folder, { GATEWAY_ENROLMENT_TOKEN: TOKEN });
      await eventually('samples', () => ingest.samples.size > 10);
      await first.close();
      const next = `ttg_${'n'.repeat(43)}`;
      writeFileSync(join(folder, 'gateway.key.next'), `${next}\n`, { mode: 0o600 });
      ingest.keys.clear();
      ingest.keys.add(next);
      const seen = ingest.samples.size;
      await start(folder);
      await eventually('samples again', () => ingest.samples.size > seen + 10);
      expect(keyIn(folder)).toBe(next);
    });
  });
});

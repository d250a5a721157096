import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { thumbprintOf } from '../../../connectors/opcua/test/endpoint.js';
import { PASSWORD, RestartableDevice } from '../../../connectors/opcua/test/simulated-device.js';
import { SimulatedDevice } from '../../../connectors/modbus/test/simulated-device.js';
import { parseBenchArguments } from '../src/connector-bench/bench-arguments.js';
import { runConnectorBench } from '../src/connector-bench/connector-bench.js';
import { inFolder } from './gateway-room.js';

const connectors = resolve(import.meta.dirname, '../../../connectors');

/** The two files that the README of a connector shows for `npm run connector`. */
function filesOf(connector: string): { readonly settings: Record<string, unknown>; readonly tags: string } {
  const text = readFileSync(join(connectors, connector, 'README.md'), 'utf8');
  const [settings, tags] = ['json settings.json', 'csv tags.csv'].map((name) => new RegExp(`\`\`\`${name}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1]);
  if (settings === undefined || tags === undefined) throw new Error(`connectors/${connector}/README.md shows no settings.json or no tags.csv`);
  return { settings: JSON.parse(settings) as Record<string, unknown>, tags };
}

/** Runs the tool with these files; the last value of each tag. */
async function run(folder: string, connector: string, settings: object, tags: string, ...more: string[]): Promise<Record<string, unknown>> {
  const [settingsFile, tagsFile] = [join(folder, 'settings.json'), join(folder, 'tags.csv')];
  writeFileSync(settingsFile, JSON.stringify(settings));
  writeFileSync(tagsFile, tags);
  const values: Record<string, unknown> = {};
  const result = (line: string): void => {
    const sample = JSON.parse(line) as { tag: string; value: number | null; status: string };
    values[sample.tag] = { value: sample.value, status: sample.status };
  };
  await runConnectorBench(parseBenchArguments([connector, '--settings', settingsFile, '--tags', tagsFile, '--for', '1500ms', ...more]), { result, say: () => undefined }, new AbortController().signal);
  return values;
}

const good = (value: number): object => ({ value, status: '0x00000000' });

describe('the example files of a README, but for the address of the device, bring samples', () => {
  test('Modbus', () =>
    inFolder(async (folder) => {
      const held: Readonly<Record<string, number>> = { 'holding/100': 0x86a0, 'holding/101': 1, 'input/7': 0xfff6, 'coil/11': 1, 'holding/120': 0b1000 };
      const device = await new SimulatedDevice((unit, table, address) => (unit === 2 ? (held[`${table}/${address}`] ?? 0) : undefined)).start();
      try {
        const { settings, tags } = filesOf('modbus');
        const values = await run(folder, 'modbus', { ...settings, host: '127.0.0.1', port: device.port }, tags);
        expect(values).toEqual({ 'line-3/good': good(100_000), 'line-3/air-flow': good(-1), 'line-3/running': good(1), 'line-3/door-open': good(1) });
      } finally {
        await device.stop();
      }
    }));

  test('OPC UA', () =>
    inFolder(async (folder) => {
      const device = await RestartableDevice.create({ values: 2 });
      try {
        const secrets = join(folder, 'secrets');
        mkdirSync(secrets);
        const { settings, tags } = filesOf('opcua');
        writeFileSync(join(secrets, 'plc-17'), PASSWORD);
        chmodSync(join(secrets, 'plc-17'), 0o600);
        device.device?.set(0, 7.5);
        device.device?.set(1, 3);
        const values = await run(folder, 'opcua', { ...settings, endpointUrl: device.endpointUrl, trustedThumbprints: [await thumbprintOf(device)] }, tags, '--secrets', secrets);
        expect(values).toEqual({ 'steam/pressure': good(7.5), 'steam/flow': good(3) });
      } finally {
        await device.dispose();
      }
    }));

  test('OPC UA, browsed again: what differs since the output of the first time; tags to correct are named', () =>
    inFolder(async (folder) => {
      const device = await RestartableDevice.create({ values: 3, history: false });
      const [settingsFile, earlier, tagsFile] = ['settings.json', 'earlier.ndjson', 'tags.csv'].map((name) => join(folder, name)) as [string, string, string];
      const secrets = join(folder, 'secrets');
      mkdirSync(secrets);
      writeFileSync(join(secrets, 'plc-17'), PASSWORD, { mode: 0o600 });
      writeFileSync(settingsFile, JSON.stringify({ ...filesOf('opcua').settings, endpointUrl: device.endpointUrl, trustedThumbprints: [await thumbprintOf(device)] }));
      const bench = async (...more: string[]): Promise<{ lines: string[]; said: string[] }> => {
        const [lines, said]: [string[], string[]] = [[], []];
        const args = parseBenchArguments(['opcua', '--settings', settingsFile, '--secrets', secrets, '--storage', join(folder, 'storage'), ...more]);
        await runConnectorBench(args, { result: (line) => void lines.push(line), say: (line) => void said.push(line) }, new AbortController().signal);
        return { lines, said };
      };
      try {
        const first = await bench('--browse', 'Plant/Line1/*');
        writeFileSync(earlier, ['> telltale@0.1.0 connector', '', ...first.lines].join('\n'));
        device.device?.removeNode(1);
        device.device?.addNode('Fresh', 'Int32');
        const again = await bench('--browse', 'Plant/Line1/*', '--since', earlier);
        expect(again.lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ change: 'appeared', path: 'Plant/Line1/Fresh' }, { change: 'vanished', path: 'Plant/Line1/Value1' }]);
        expect(again.said.at(-1)).toBe('3 nodes now, 3 before: 1 appeared, 1 vanished, 0 changed.');
        writeFileSync(tagsFile, 'tag,nodeId\nfine,nsu=urn:telltale:test-plant;s=Value0\nwhole,nsu=urn:telltale:test-plant;s=Numbers\n');
        const { said } = await bench('--tags', tagsFile, '--for', '300ms');
        expect(said.at(-1)).toBe('whole: the address means a whole array (3 × Int64): name one element in indexRange (opcua.whole-array).');
        writeFileSync(earlier, 'nothing of the kind\n');
        await expect(bench('--browse', '*', '--since', earlier)).rejects.toThrow(/earlier\.ndjson holds no browsed node/);
      } finally {
        await device.dispose();
      }
    }));
});

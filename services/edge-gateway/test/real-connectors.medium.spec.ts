import { afterEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfiguredEndpoint } from '@telltale/ingest-contract';
import type { RunningService } from '@telltale/service-runtime';
import { SECRETS, settingsFor as opcUaSettings, thumbprintOf } from '../../../connectors/opcua/test/endpoint.js';
import { RestartableDevice, valueAddress } from '../../../connectors/opcua/test/simulated-device.js';
import { SimulatedDevice as ModbusDevice } from '../../../connectors/modbus/test/simulated-device.js';
import { workspaceConnectors } from '@telltale/connector-catalog';
import { startEdgeGateway } from '../src/start-edge-gateway.js';
import { configurationOf, eventually, inFolder, pauseMs, settingsFor } from './gateway-room.js';
import { LedgerIngest } from './ledger-ingest.js';

function secretsIn(folder: string): string {
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets, { recursive: true });
  for (const [name, value] of Object.entries(SECRETS)) {
    writeFileSync(join(secrets, name), value);
    chmodSync(join(secrets, name), 0o600);
  }
  return secrets;
}

const scanIntervalMs = 100;

describe('the gateway with the real connectors', () => {
  const open: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  const keep = <T>(thing: T, close: () => Promise<unknown>): T => {
    open.push({ close });
    return thing;
  };
  const gateway = async (folder: string, url: string, secrets: string): Promise<RunningService> => {
    const running = await startEdgeGateway(settingsFor(folder, url, { CONNECTORS_DIR: workspaceConnectors(), SECRETS_DIR: secrets }));
    return keep(running, () => running.close());
  };

  it('collects OPC UA and Modbus, shows an unknown certificate, goes on when it is approved, and reads back what it missed', async () => {
    const ingest = new LedgerIngest();
    await ingest.start();
    keep(ingest, () => ingest.stop());
    const plc = await RestartableDevice.create({ values: 5, beatMs: 250 });
    keep(plc, () => plc.dispose());
    let counter = 0;
    const meter = await new ModbusDevice((_unit, table, address) => (table === 'holding' && address < 10 ? ++counter & 0xffff : undefined)).start();
    keep(meter, () => meter.stop());
    const opcua = (settings: Record<string, unknown>): ConfiguredEndpoint => ({
      endpointId: 1, name: 'PLC', connector: 'opcua', settings, backfillDays: 0,
      tags: [1, 2, 3].map((tagId) => ({ tagId, tagPath: `plant/value-${tagId}`, address: valueAddress(tagId), scanIntervalMs })),
    });
    const modbus: ConfiguredEndpoint = {
      endpointId: 2, name: 'Meter', connector: 'modbus', settings: { host: '127.0.0.1', port: meter.port }, backfillDays: 0,
      tags: [
        { tagId: 11, tagPath: 'plant/counter', address: { table: 'holding', register: 0 }, scanIntervalMs },
        { tagId: 12, tagPath: 'plant/missing', address: { table: 'input', register: 500 }, scanIntervalMs },
        { tagId: 13, tagPath: 'plant/wrong', address: { table: 'nonsense' }, scanIntervalMs },
      ],
    };
    await inFolder(async (folder) => {
      const secrets = secretsIn(folder);
      ingest.configuration = configurationOf('1', [opcua(opcUaSettings(plc)), modbus]);
      const first = await gateway(join(folder, 'data'), ingest.url, secrets);
      await eventually('untrusted', () => ingest.statuses.at(-1)?.endpoints[0]?.state === 'untrusted', 20_000);
      const shown = ingest.statuses.at(-1)?.endpoints[0]?.untrustedCertificate;
      expect(shown?.pem).toContain('BEGIN CERTIFICATE');
      expect([...ingest.samples.values()].some(({ tagId }) => tagId <= 3)).toBe(false);
      await eventually('Modbus goes on alone', () => ingest.of(11).length > 10);
      expect(ingest.of(11).every(({ status }) => status === 0)).toBe(true);
      expect(ingest.of(12).every(({ status, value }) => status >>> 31 === 1 && Number.isNaN(value))).toBe(true);
      expect(ingest.of(13)).toMatchObject([{ status: 0x80890000 }]);

      ingest.configuration = configurationOf('2', [opcua(opcUaSettings(plc, { trustedThumbprints: [await thumbprintOf(plc)] })), modbus]);
      await eventually('OPC UA values', () => ingest.of(1).length > 10, 20_000);
      expect(ingest.of(1).every(({ sourceTimeUs, serverTimeUs }) => sourceTimeUs <= serverTimeUs + 1_000_000)).toBe(true);

      await first.close();
      await pauseMs(2_500);
      await gateway(join(folder, 'data'), ingest.url, secrets);
      await eventually('read back', () => ingest.continuity.some(({ kind }) => kind === 'backfilled'), 20_000);
      const gap = ingest.continuity.find(({ kind, tagIds }) => kind === 'gap' && tagIds.includes(1));
      expect((gap?.toUs ?? 0) - (gap?.fromUs ?? 0)).toBeGreaterThan(1_200_000);
      const inGap = ingest.of(1).filter(({ sourceTimeUs }) => sourceTimeUs >= (gap?.fromUs ?? 0) && sourceTimeUs < (gap?.toUs ?? 0));
      expect(inGap.length).toBeGreaterThan(5);
      // The device counts, slower than it is sampled: from the second value on nothing is missing.
      await pauseMs(1_000);
      const values = ingest.of(1).slice(1).map(({ value }) => value);
      expect(ingest.of(1).filter(({ batches }) => batches.size > 1)).toEqual([]);
      expect(values).toEqual(Array.from({ length: values.length }, (_, i) => (values[0] ?? 0) + i));
    });
  }, 90_000);
});

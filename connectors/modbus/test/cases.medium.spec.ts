import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { RecordingHost } from '@telltale/connector-sdk/testing';
import { Status } from '@telltale/tag-sample';
import { z } from 'zod';
import { modbusConnector } from '../src/index.js';
import type { ModbusTable } from '../src/modbus.address.js';
import { SimulatedDevice } from './simulated-device.js';

const CASES = new URL('./cases/', import.meta.url);

const cells = z.record(z.string(), z.number());
const Device = z.strictObject({
  units: z.record(z.string(), z.partialRecord(z.enum(['coil', 'discrete', 'holding', 'input']), cells)),
  deadUnits: z.array(z.number()).optional(),
});
const Tags = z.array(z.strictObject({ tag: z.string(), address: z.unknown() }));
const Expected = z.record(z.string(), z.strictObject({ value: z.number().nullable(), status: z.enum(Object.keys(Status) as (keyof typeof Status)[]) }));
const Settings = z.looseObject({ host: z.literal('device'), transport: z.enum(['tcp', 'rtu-over-tcp', 'tls']).optional() });

async function runCase(folder: URL): Promise<unknown> {
  const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  const { units, deadUnits } = Device.parse(json('device.json'));
  const raw = Settings.parse(json('settings.json'));
  const valueAt = (unit: number, table: ModbusTable, address: number): number | undefined => units[unit]?.[table]?.[address];
  const device = await new SimulatedDevice(valueAt, raw.transport === 'rtu-over-tcp' ? 'rtu-over-tcp' : 'tcp').start();
  for (const unit of deadUnits ?? []) device.deadUnits.add(unit);
  const host = new RecordingHost();
  try {
    const settings = modbusConnector.parseSettings({ ...raw, host: '127.0.0.1', port: device.port });
    const tags = Tags.parse(json('tags.json')).map(({ tag, address }, tagId) => ({ tagId, tagPath: tag, scanIntervalMs: 1_000, address: modbusConnector.parseAddress(address) }));
    const connector = modbusConnector.create(settings, host);
    try {
      await connector.setTags(tags);
      await connector.open();
      const seen = (await connector.poll?.(tags)) ?? [];
      const nameOf = (status: number): string | undefined => Object.entries(Status).find(([, code]) => code === status)?.[0];
      return Object.fromEntries(seen.map(({ tagId, value, status }) => [tags[tagId]?.tagPath, { value: Number.isNaN(value) ? null : value, status: nameOf(status) }]));
    } finally {
      await connector.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : error;
  } finally {
    await device.stop();
    host.dispose();
  }
}

describe('cases', () => {
  it.each(readdirSync(CASES).sort())('%s', async (name) => {
    const folder = new URL(`${name}/`, CASES);
    const result = await runCase(folder);
    const errorFile = new URL('expected-error.txt', folder);
    if (existsSync(errorFile)) expect(result).toBe(readFileSync(errorFile, 'utf8').trim());
    else expect(result).toEqual(Expected.parse(JSON.parse(readFileSync(new URL('expected-samples.json', folder), 'utf8'))));
  });
});

import { describe, expect, it } from '@jest/globals';
import { RecordingHost } from '@telltale/connector-sdk/testing';
import { Status } from '@telltale/tag-sample';
import { modbusConnector } from '../src/index.js';
import { BYTE_ORDERS, MODBUS_TABLES, type ModbusTable } from '../src/modbus.address.js';
import type { ModbusTag } from '../src/tag-reads.js';
import { OPENSSL } from './plant-authority.js';
import { onTheWire, TRUTHS } from './register-truth.js';
import { SERIAL_MEANS } from './serial-pair.js';
import { SimulatedDevice, type DeviceTransport } from './simulated-device.js';

interface Expected {
  readonly tag: ModbusTag;
  readonly value: number;
}

/** Every type in every byte order, plain and scaled, every bit of a register, and coils: what the device holds and what must arrive. */
function everything(): { readonly held: ReadonlyMap<string, number>; readonly expected: readonly Expected[] } {
  const held = new Map<string, number>();
  const expected: Expected[] = [];
  const want = (raw: { readonly table: ModbusTable; readonly register: number; readonly [field: string]: unknown }, value: number): void => {
    const tagId = expected.length + 1;
    expected.push({ tag: { tagId, tagPath: `tag-${tagId}`, scanIntervalMs: 1_000, address: modbusConnector.parseAddress(raw) }, value });
  };
  for (const table of ['holding', 'input'] as const) {
    // Input registers lie elsewhere, so that a mixed-up function shows.
    let register = table === 'holding' ? 3 : 7_003;
    for (const [type, hex, value] of TRUTHS) {
      for (const order of BYTE_ORDERS) {
        const wire = onTheWire(hex, order);
        for (let at = 0; at < wire.length; at += 2) held.set(`${table}/${register + at / 2}`, wire.readUInt16BE(at));
        want({ table, register, type, order }, value);
        want({ table, register, type, order, scale: 0.25, offset: -3 }, value * 0.25 - 3);
        register += wire.length / 2 + (register % 3);
      }
    }
    held.set(`${table}/${register}`, 0xa53c);
    for (let bit = 0; bit < 16; bit++) want({ table, register, type: 'bit', bit }, (0xa53c >> bit) & 1);
  }
  for (const table of ['coil', 'discrete'] as const) {
    for (let register = 11; register < 43; register++) {
      const bit = Number(table === 'coil' ? register % 3 === 0 : register % 5 < 2);
      held.set(`${table}/${register}`, bit);
      want({ table, register }, bit);
    }
  }
  return { held, expected };
}

const missing: Readonly<Partial<Record<DeviceTransport, boolean>>> = { tls: !OPENSSL, rtu: SERIAL_MEANS === undefined };

describe('every type × byte order × function', () => {
  for (const transport of ['tcp', 'rtu-over-tcp', 'tls', 'rtu'] as const) {
    (missing[transport] ? it.skip : it)(`arrives right over ${transport}`, async () => {
      const { held, expected } = everything();
      const device = await new SimulatedDevice((_unit, table, address) => held.get(`${table}/${address}`) ?? 0xdead, transport).start();
      const host = new RecordingHost(device.secrets);
      const connector = modbusConnector.create(modbusConnector.parseSettings({ ...device.settings, requestTimeoutMs: 2_000 }), host);
      const tags = expected.map(({ tag }) => tag);
      try {
        await connector.setTags(tags);
        await connector.open();
        const seen = new Map((await connector.poll?.(tags))?.map((one) => [one.tagId, one]));
        expect(tags.map(({ tagId }) => seen.get(tagId))).toEqual(expected.map(({ tag: { tagId }, value }) => ({ tagId, value, status: Status.Good })));
        expect([...device.functionCodes].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
        expect(new Set(expected.map(({ tag: { address } }) => address.table))).toEqual(new Set(MODBUS_TABLES));
        expect(expected.length).toBe(2 * (TRUTHS.length * BYTE_ORDERS.length * 2 + 16) + 2 * 32);
      } finally {
        await connector.close();
        await device.stop();
        host.dispose();
      }
    });
  }
});

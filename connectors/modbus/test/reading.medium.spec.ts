import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pause, RecordingHost } from '@telltale/connector-sdk/testing';
import { isGood, Status } from '@telltale/tag-sample';
import modbusSerial from 'modbus-serial';
import { modbusConnector } from '../src/index.js';
import type { ModbusTable } from '../src/modbus.address.js';
import type { ModbusTag } from '../src/tag-reads.js';
import { SimulatedDevice } from './simulated-device.js';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function newDevice(valueAt: (unit: number, table: ModbusTable, address: number) => number | undefined): Promise<SimulatedDevice> {
  const device = await new SimulatedDevice(valueAt).start();
  ends.push(() => device.stop());
  return device;
}

async function open(port: number, tags: readonly ModbusTag[], more: object = {}) {
  const host = new RecordingHost();
  const connector = modbusConnector.create(modbusConnector.parseSettings({ host: '127.0.0.1', port, requestTimeoutMs: 1_000, ...more }), host);
  ends.push(async () => {
    await connector.close();
    host.dispose();
  });
  await connector.setTags(tags);
  await connector.open();
  const poll = async (asked = tags) => new Map((await connector.poll?.(asked))?.map((seen) => [seen.tagId, seen]));
  return { host, poll };
}

const tag = (tagId: number, address: object): ModbusTag => ({ tagId, tagPath: `tag-${tagId}`, scanIntervalMs: 100, address: modbusConnector.parseAddress(address) });
const words = (first: number, count: number, unit = 1): ModbusTag[] => Array.from({ length: count }, (_, i) => tag(unit * 1000 + i, { unit, table: 'holding', register: first + i }));

describe('blocks', () => {
  it('reads 300 neighbours in three requests', async () => {
    const device = await newDevice((_unit, _table, address) => address);
    const { poll } = await open(device.port, words(0, 300));
    const seen = await poll();
    expect([...seen.values()].every(({ value, tagId }) => value === tagId - 1000)).toBe(true);
    expect(device.requests).toHaveLength(3);
  });

  it('finds the one address the device refuses, in the same poll, and leaves it alone afterwards', async () => {
    const device = await newDevice((_unit, _table, address) => (address === 7 ? undefined : address + 1));
    const tags = words(0, 20);
    const { poll } = await open(device.port, tags);
    for (let round = 0; round < 3; round++) {
      device.requests.length = 0;
      const seen = await poll();
      expect(seen.get(1007)).toEqual({ tagId: 1007, value: Number.NaN, status: Status.BadNodeIdUnknown });
      expect([...seen.values()].filter(({ status }) => isGood(status))).toHaveLength(19);
    }
    expect(device.requests).toHaveLength(3);
  });

  it('learns that a device does not let holes be read', async () => {
    const device = await newDevice((_unit, _table, address) => (address % 5 === 0 ? address : undefined));
    const tags = [0, 5, 10].map((register, i) => tag(i + 1, { table: 'input', register }));
    const { poll } = await open(device.port, tags);
    for (let round = 0; round < 2; round++) {
      device.requests.length = 0;
      expect([...(await poll()).values()].every(({ status }) => isGood(status))).toBe(true);
    }
    expect(device.requests).toHaveLength(3);
  });

  it('never touches a declared illegal range between two tags', async () => {
    const device = await newDevice((_unit, _table, address) => address);
    const { poll } = await open(device.port, [tag(1, { table: 'holding', register: 0 }), tag(2, { table: 'holding', register: 6 })], { illegalRanges: [{ table: 'holding', from: 3, to: 3 }] });
    await poll();
    expect(device.requests.map(({ first, count }) => [first, count])).toEqual([[0, 1], [6, 1]]);
  });

  it('waits for its turn when polls overlap, and mixes nothing up', async () => {
    const device = await newDevice((unit, _table, address) => unit * 100 + address);
    const { poll } = await open(device.port, [...words(0, 5, 1), ...words(0, 5, 2)]);
    const rounds = await Promise.all(Array.from({ length: 30 }, (_, i) => poll(words(0, 5, 1 + (i % 2)))));
    for (const [i, seen] of rounds.entries()) expect([...seen.values()].map(({ value }) => value)).toEqual([0, 1, 2, 3, 4].map((register) => (1 + (i % 2)) * 100 + register));
  });
});

describe('silent units', () => {
  it('are named, and found again when they are back', async () => {
    const device = await newDevice((unit, _table, address) => unit + address);
    for (let unit = 3; unit <= 30; unit += 3) device.deadUnits.add(unit);
    const tags = Array.from({ length: 30 }, (_, i) => tag(i + 1, { unit: i + 1, table: 'holding', register: 1 }));
    const { poll, host } = await open(device.port, tags, { requestTimeoutMs: 60 });
    for (let i = 0; i < 4; i++) await poll();
    expect(host.states).toContainEqual({ kind: 'degraded', code: 'modbus.unit-silent', reason: expect.stringContaining('Unit 3, 6, 9, 12, 15, 18, 21, 24, 27, 30') });
    device.deadUnits.clear();
    for (let i = 0; i < 400; i++) {
      const seen = await poll();
      if ([...seen.values()].every(({ status }) => isGood(status))) return;
      await pause(30);
    }
    throw new Error('the units were not found again');
  });
});

describe('a foreign server', () => {
  it('gives the same values through all four functions', async () => {
    const vector = {
      getCoil: (address: number) => address % 3 === 0,
      getDiscreteInput: (address: number) => address % 2 === 0,
      getHoldingRegister: (address: number) => address * 3,
      getInputRegister: (address: number) => 65_535 - address,
    };
    const server = new modbusSerial.ServerTCP(vector, { host: '127.0.0.1', port: 0, unitID: 1 });
    await new Promise((resolve) => server.on('initialized', resolve));
    ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = (server as unknown as { _server: { address(): { port: number } } })._server.address();
    const expected: Readonly<Record<ModbusTable, (address: number) => number>> = {
      coil: (address) => Number(address % 3 === 0),
      discrete: (address) => Number(address % 2 === 0),
      holding: (address) => address * 3,
      input: (address) => 65_535 - address,
    };
    const tags = (['coil', 'discrete', 'holding', 'input'] as const).flatMap((table, t) => Array.from({ length: 40 }, (_, i) => tag(t * 100 + i, { table, register: i })));
    const { poll } = await open(port, tags);
    const seen = await poll();
    for (const { tagId, address } of tags) expect(seen.get(tagId)).toEqual({ tagId, value: expected[address.table](address.register), status: Status.Good });
  });
});

describe('reading only', () => {
  it('offers no way to write, and sends no other function', async () => {
    const device = await newDevice((_unit, _table, address) => address & 1);
    const tags = (['coil', 'discrete', 'holding', 'input'] as const).map((table, i) => tag(i, { table, register: i }));
    const { poll } = await open(device.port, tags);
    for (let i = 0; i < 5; i++) await poll();
    expect([...device.functionCodes].sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  it.each([5, 6, 15, 16, 22, 23])('would be caught by every test with a device, were it function %d', async (code) => {
    const device = await new SimulatedDevice(() => 0).start();
    const socket = connect(device.port, '127.0.0.1', () => socket.write(Buffer.from([0, 1, 0, 0, 0, 6, 1, code, 0, 0, 0, 1])));
    await new Promise((answered) => socket.once('data', answered));
    socket.destroy();
    await expect(device.stop()).rejects.toThrow(`function ${code}`);
  });
});

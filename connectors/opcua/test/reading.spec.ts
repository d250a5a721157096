import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError, TemporaryError, type ConnectorTag, type Observation } from '@telltale/connector-sdk';
import { eventually, pause } from '@telltale/connector-sdk/testing';
import { StatusCodes } from 'node-opcua-client';
import type { OpcUaAddress } from '../src/index.js';
import { OpenEndpoint, tagAt } from './endpoint.js';
import { PLANT_URI, RestartableDevice } from './simulated-device.js';

let device: RestartableDevice;
let endpoint: OpenEndpoint;

beforeAll(async () => {
  device = await RestartableDevice.create({ values: 250, monitoredItemsPerCall: 40 });
  endpoint = await OpenEndpoint.open(device, [tagAt(1)]);
});
afterAll(async () => {
  await endpoint.close();
  await device.dispose();
});

const named = (tagId: number, name: string, more: object = {}): ConnectorTag<OpcUaAddress> => ({
  tagId, tagPath: `test/${name}`, address: { nodeId: `nsu=${PLANT_URI};s=${name}`, ...more }, scanIntervalMs: 100,
});

async function first(tagId: number): Promise<Observation> {
  await eventually(`tag ${tagId} answers`, 5_000, () => endpoint.host.of(tagId).length > 0);
  const seen = endpoint.host.of(tagId)[0];
  if (!seen) throw new Error('no observation');
  return seen;
}

describe('values', () => {
  test.each([
    ['Boolean', 1], ['SByte', -7], ['Byte', 200], ['Int16', -30_000], ['UInt16', 65_535], ['Int32', -2_000_000_000], ['UInt32', 4_000_000_000],
    ['Int64', -2], ['UInt64', 4_294_967_301], ['Float', 1.5], ['Double', Math.PI],
  ])('%s arrives as %d', async (name, value) => {
    const tagId = 5_000 + value % 97 + name.length * 100;
    await endpoint.connector.setTags([named(Math.abs(Math.round(tagId)), name)]);
    expect(await first(Math.abs(Math.round(tagId)))).toMatchObject({ value, status: 0 });
  });

  test.each([
    ['text', 'String', {}, 0x80740000],
    ['a whole array', 'Numbers', {}, 0x80740000],
    ['an element beyond the array', 'Numbers', { indexRange: '9' }, 0x80370000],
    ['a missing node', 'Nothing', {}, 0x80340000],
    ['a foreign namespace', 'x', { nodeId: 'nsu=urn:nowhere;s=x' }, 0x80340000],
  ])('%s is bad and has no value', async (title, name, more, status) => {
    const tagId = 6_000 + title.length;
    await endpoint.connector.setTags([named(tagId, name, more)]);
    const seen = await first(tagId);
    expect(seen.value).toBeNaN();
    expect(seen.status.toString(16)).toBe(status.toString(16));
  });

  test('one element of an array', async () => {
    await endpoint.connector.setTags([named(7_001, 'Numbers', { indexRange: '1' })]);
    expect(await first(7_001)).toMatchObject({ value: 20, status: 0 });
  });

  test('status and source time are kept to the last bit', async () => {
    await endpoint.connector.setTags([tagAt(20, 100)]);
    await first(21);
    const at = new Date(Date.now() - 3_600_000);
    device.device?.set(20, 77, StatusCodes.UncertainLastUsableValue, at);
    await eventually('it arrives', 3_000, () => endpoint.host.of(21).some(({ value }) => value === 77));
    expect(endpoint.host.of(21).at(-1)).toMatchObject({ value: 77, status: StatusCodes.UncertainLastUsableValue.value, sourceTimeUs: at.getTime() * 1000 });
  });

  test('250 tags, three unreadable, at a server that takes 40 per call', async () => {
    const tags = Array.from({ length: 250 }, (_unused, index) => tagAt(index, index % 2 ? 100 : 250, { tagId: 10_000 + index }));
    await endpoint.connector.setTags([...tags, named(20_001, 'No1'), named(20_002, 'No2'), named(20_003, 'No3')]);
    await eventually('all answer', 8_000, () => new Set(endpoint.host.observations.filter(({ tagId }) => tagId >= 10_000).map(({ tagId }) => tagId)).size === 253);
    expect(endpoint.host.of(10_007)[0]).toMatchObject({ value: 7, status: 0 });
  });

  test('an absolute deadband holds small changes back, and one that the server refuses does not cost the tag', async () => {
    const deadband = { kind: 'absolute', value: 5 } as const;
    await endpoint.connector.setTags([tagAt(30, 100, { address: { ...tagAt(30).address, deadband } }), named(7_002, 'String', { deadband }), named(7_003, 'Boolean', { deadband: { kind: 'percent', value: 1 } })]);
    await first(31);
    for (const value of [31, 33, 36]) {
      device.device?.set(30, value);
      await pause(300);
    }
    await eventually('the large change arrives', 3_000, () => endpoint.host.of(31).some(({ value }) => value === 36));
    expect(endpoint.host.of(31).map(({ value }) => value)).toEqual([30, 36]);
    expect(await first(7_003)).toMatchObject({ value: 1, status: 0 });
    expect((await first(7_002)).status >>> 31).toBe(1);
  });

  test('a queue that overflows says so in the status', async () => {
    await endpoint.connector.setTags([tagAt(40, 1_000, { address: { ...tagAt(40).address, samplingIntervalMs: 0, queueSize: 2 } })]);
    await first(41);
    for (let value = 0; value < 40; value++) {
      device.device?.set(40, 1_000 + value);
      await pause(40);
    }
    await eventually('the last value arrives', 5_000, () => endpoint.host.of(41).some(({ value }) => value === 1_039));
    const overflowed = endpoint.host.of(41).filter(({ status }) => (status & 0x480) === 0x480);
    expect(overflowed.length).toBeGreaterThan(0);
    expect(overflowed.every(({ status }) => status >>> 30 === 0)).toBe(true);
  });
});

describe('history', () => {
  const startMs = Date.UTC(2026, 0, 1);
  const history = async (tagId: number, fromUs: number, toUs: number): Promise<Observation[]> => {
    const pages: Observation[] = [];
    for await (const page of endpoint.connector.readHistory(tagAt(tagId), fromUs, toUs)) pages.push(...page);
    return pages;
  };

  test('pages through raw values in order, with statuses, in the half-open range', async () => {
    for (let index = 0; index < 12_000; index++) {
      device.device?.set(50, index, index % 100 === 0 ? StatusCodes.BadSensorFailure : StatusCodes.Good, new Date(startMs + index * 1000));
    }
    const fromUs = startMs * 1000 + 1_000_000;
    const toUs = startMs * 1000 + 11_900 * 1_000_000;
    const values = await history(50, fromUs, toUs);
    expect(values).toHaveLength(11_899);
    expect(values[0]?.sourceTimeUs).toBe(fromUs);
    expect(values.at(-1)?.sourceTimeUs).toBe(toUs - 1_000_000);
    expect(values.every((value, index) => index === 0 || (value.sourceTimeUs ?? 0) > (values[index - 1]?.sourceTimeUs ?? 0))).toBe(true);
    expect(values.filter(({ status }) => status === StatusCodes.BadSensorFailure.value)).toHaveLength(118);
    expect(values[41]).toMatchObject({ value: 42, status: 0, tagId: 51 });
  });

  test('a reader that stops early leaves the server usable', async () => {
    for await (const page of endpoint.connector.readHistory(tagAt(50), startMs * 1000, startMs * 1000 + 12e9)) {
      expect(page.length).toBeGreaterThan(0);
      break;
    }
    expect(await history(50, startMs * 1000, startMs * 1000 + 10e6)).toHaveLength(10);
  });

  test('begins with the value that held before, with its own time, only when asked', async () => {
    const fromUs = startMs * 1000 + 500_500_000;
    const read = async (at: number, withValueBefore: boolean): Promise<Observation[]> => {
      const found: Observation[] = [];
      for await (const page of endpoint.connector.readHistory(tagAt(50), at, at + 1_000_000, { withValueBefore })) found.push(...page);
      return found;
    };
    expect((await read(fromUs, false)).map(({ sourceTimeUs }) => sourceTimeUs)).toEqual([startMs * 1000 + 501_000_000]);
    expect(await read(fromUs, true)).toMatchObject([
      { tagId: 51, sourceTimeUs: startMs * 1000 + 500_000_000 },
      { tagId: 51, value: 501, sourceTimeUs: startMs * 1000 + 501_000_000 },
    ]);
    // A value exactly at the begin is not the one before.
    expect((await read(startMs * 1000 + 501_000_000, true)).map(({ sourceTimeUs }) => sourceTimeUs)).toEqual([500, 501].map((second) => startMs * 1000 + second * 1_000_000));
    expect(await read(startMs * 1000, true)).toHaveLength(1);
  });

  test('an empty range is empty', async () => {
    expect(await history(50, 0, 1_000_000)).toEqual([]);
  });

  test('a node without history is a configuration error', async () => {
    const read = async (): Promise<void> => {
      for await (const page of endpoint.connector.readHistory(named(1, 'Int16'), 0, 1)) expect(page).toEqual([]);
    };
    await expect(read()).rejects.toThrow(ConfigurationError);
    await expect(read()).rejects.toMatchObject({ code: 'opcua.history-not-kept' });
  });
});

describe('browse', () => {
  const paths = async (glob: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { path } of endpoint.connector.browse(glob)) found.push(path);
    return found.toSorted();
  };

  test('finds variables by glob, with address by URI, type and unit', async () => {
    const found = [];
    for await (const tag of endpoint.connector.browse('Plant/Line*/Value0')) found.push(tag);
    expect(found).toEqual([{ path: 'Plant/Line1/Value0', address: { nodeId: `nsu=${PLANT_URI};s=Value0` }, dataType: 'Double', unit: '°C' }]);
  });

  test('** reaches every depth, classes and braces work', async () => {
    expect(await paths('**/Value1[0-2]')).toEqual(['Plant/Line1/Value10', 'Plant/Line1/Value11', 'Plant/Line1/Value12']);
    expect(await paths('Plant/Types/{Int16,Float}')).toEqual(['Plant/Types/Float', 'Plant/Types/Int16']);
    expect(await paths('Plant/**')).toHaveLength(263);
    expect(await paths('Nothing/**')).toEqual([]);
  });

  test('an address that was browsed can be read', async () => {
    for await (const { address } of endpoint.connector.browse('Plant/Types/UInt32')) {
      await endpoint.connector.setTags([{ tagId: 7_100, tagPath: 'x', address: address as OpcUaAddress, scanIntervalMs: 100 }]);
    }
    expect(await first(7_100)).toMatchObject({ value: 4_000_000_000 });
  });

  test('an empty pattern is a configuration error', async () => {
    await expect(paths('')).rejects.toThrow(ConfigurationError);
  });
});

test('a server that takes 30 items per subscription gets several, one with room for 70 in all refuses the rest by name', async () => {
  const small = await RestartableDevice.create({ values: 100, monitoredItemsPerSubscription: 30, monitoredItems: 70 });
  const other = await OpenEndpoint.open(small, Array.from({ length: 60 }, (_none, index) => tagAt(index)));
  try {
    const answers = (): Map<number, number> => new Map(other.host.observations.map(({ tagId, status }) => [tagId, status]));
    await eventually('all 60 answer', 5_000, () => answers().size === 60);
    expect([...answers().values()].filter((status) => status !== 0)).toEqual([]);
    await other.connector.setTags(Array.from({ length: 100 }, (_none, index) => tagAt(index)));
    await eventually('all 100 answer', 5_000, () => answers().size === 100);
    expect([...answers().values()].filter((status) => status === 0)).toHaveLength(70);
    expect([...answers().values()].filter((status) => status === 0x80db0000)).toHaveLength(30);
    await other.connector.setTags([...Array.from({ length: 20 }, (_none, index) => tagAt(index)), ...Array.from({ length: 30 }, (_none, index) => tagAt(70 + index, 300))]);
    await eventually('the late ones are read after room was made', 12_000, () => Array.from({ length: 30 }, (_none, index) => answers().get(71 + index)).every((status) => status === 0));
  } finally {
    await other.close();
    await small.dispose();
  }
});

test('nothing of all this wrote: no Write and no Call reached the server', () => {
  const { requests } = device.device ?? { requests: new Map<string, number>() };
  expect(requests.get('CreateMonitoredItemsRequest')).toBeGreaterThan(0);
  expect(requests.get('HistoryReadRequest')).toBeGreaterThan(0);
  for (const service of ['WriteRequest', 'CallRequest', 'HistoryUpdateRequest', 'AddNodesRequest', 'DeleteNodesRequest']) expect(requests.get(service) ?? 0).toBe(0);
});

test('without a connection, browse and history are temporary errors', async () => {
  const other = await OpenEndpoint.open(device, []);
  await other.connector.close();
  const walk = async (): Promise<void> => {
    for await (const tag of other.connector.browse('**')) expect(tag).toBeDefined();
  };
  await expect(walk()).rejects.toThrow(TemporaryError);
});

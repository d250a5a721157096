import { afterEach, expect, test } from '@jest/globals';
import { eventually, pause } from '@telltale/connector-sdk/testing';
import { readOnce } from '../src/read-once.js';
import { readServerLimits } from '../src/server-limits.js';
import { NamespaceTable } from '../src/namespace-table.js';
import type { ClientSession } from 'node-opcua-client';
import { OpenEndpoint, tagAt } from './endpoint.js';
import { RestartableDevice, valueAddress, type MonitoringAsked } from './simulated-device.js';

// Items per call and per subscription: reading.spec.ts.
let device: RestartableDevice | undefined;
let endpoint: OpenEndpoint | undefined;
afterEach(async () => {
  await endpoint?.close();
  await device?.dispose();
  device = endpoint = undefined;
});

const asked = (index: number): MonitoringAsked | undefined => device?.device?.monitoringAsked.findLast(({ nodeId }) => nodeId.endsWith(`s=Value${index}`));

test('sampling interval, queue size and deadband of each tag reach the server as they are written', async () => {
  device = await RestartableDevice.create({ values: 4, history: false });
  endpoint = await OpenEndpoint.open(device, [
    tagAt(0, 1_000, { address: { ...valueAddress(0), deadband: { kind: 'percent', value: 2 } } }),
    tagAt(1, 1_000, { address: { ...valueAddress(1), samplingIntervalMs: 250, queueSize: 33 } }),
    tagAt(2, 1_000, { deadband: { kind: 'absolute', value: 0.5 } }),
    tagAt(3, 1_000),
  ]);
  expect(asked(0)).toMatchObject({ samplingInterval: 1_000, queueSize: 4, deadbandType: 2, deadbandValue: 2 });
  expect(asked(1)).toMatchObject({ samplingInterval: 250, queueSize: 33, deadbandType: 0 });
  expect(asked(2)).toMatchObject({ samplingInterval: 1_000, deadbandType: 1, deadbandValue: 0.5 });
  expect(asked(3)).toMatchObject({ samplingInterval: 1_000, queueSize: 4, deadbandType: 0, discardOldest: true });
});

test('a server that allows two subscriptions in a session gets the tags of five scan intervals in two, each sampled as asked', async () => {
  device = await RestartableDevice.create({ values: 5, history: false, beatMs: 50, subscriptionsPerSession: 2 });
  const intervals = [100, 200, 400, 1_000, 3_000];
  endpoint = await OpenEndpoint.open(device, intervals.map((interval, index) => tagAt(index, interval)));
  const { host } = endpoint;
  await eventually('every tag moves', 12_000, () => intervals.every((_interval, index) => new Set(host.of(index + 1).map(({ value }) => value)).size > 1));
  expect(host.observations.filter(({ status }) => status !== 0)).toEqual([]);
  intervals.forEach((interval, index) => expect(asked(index)).toMatchObject({ samplingInterval: interval }));
  // A new scan interval finds its place as well, and what leaves leaves.
  await endpoint.connector.setTags([tagAt(0, 100), tagAt(1, 150), tagAt(4, 3_000)]);
  const before = host.of(2).length;
  await eventually('the changed tag moves', 5_000, () => host.of(2).length > before + 2);
  await device.stop();
  await device.start();
  const sinceUs = host.now();
  await eventually('all of them after a restart', 12_000, () => [1, 2, 5].every((tagId) => host.of(tagId).some(({ emittedUs, status }) => emittedUs > sinceUs && status === 0)));
}, 60_000);

test('a reading of more nodes than the server takes at once is cut', async () => {
  device = await RestartableDevice.create({ values: 250, history: false });
  endpoint = await OpenEndpoint.open(device, []);
  const { session } = (endpoint.connector as unknown as { keeper: { current: { session: ClientSession } } }).keeper.current;
  const limits = await readServerLimits(session);
  expect(limits).toMatchObject({ nodesPerRead: 100, nodesPerBrowse: 10, monitoredItemsPerCall: 100 });
  const namespaces = new NamespaceTable();
  namespaces.update(['http://opcfoundation.org/UA/', 'urn:x', 'urn:telltale:test-plant']);
  const before = device.device?.requests.get('ReadRequest') ?? 0;
  const observations = await readOnce(session, limits, namespaces, Array.from({ length: 250 }, (_none, index) => tagAt(index)));
  expect(observations.map(({ value }) => value)).toEqual(Array.from({ length: 250 }, (_none, index) => index));
  expect((device.device?.requests.get('ReadRequest') ?? 0) - before).toBe(3);
});

test('a single tag whose queue overflows has a gap of its own; the others have none', async () => {
  device = await RestartableDevice.create({ values: 3, history: false });
  endpoint = await OpenEndpoint.open(device, [tagAt(0, 1_000), tagAt(1, 1_000, { address: { ...valueAddress(1), samplingIntervalMs: 0, queueSize: 2 } })]);
  const { host } = endpoint;
  await pause(700);
  for (let value = 0; value < 40; value++) {
    device.device?.set(1, 1_000 + value);
    await pause(40);
  }
  await eventually('the last value arrives', 5_000, () => host.of(2).some(({ value }) => value === 1_039));
  const samples = host.of(2);
  const overflowed = samples.findIndex(({ status }) => (status & 0x480) === 0x480);
  expect(overflowed).toBeGreaterThan(0);
  expect(host.gaps).toEqual([
    { tagIds: [2], fromUs: samples[overflowed - 1]?.sourceTimeUs, toUs: samples[overflowed]?.sourceTimeUs, reason: 'The queue of the tag at the server overflowed: raise its queueSize or publish more often.' },
  ]);
  // What it went on losing is told as a whole, at the latest at the end.
  await endpoint.connector.close();
  const last = samples.findLastIndex(({ status }) => (status & 0x480) === 0x480);
  const next = samples.findIndex(({ status }, index) => index > overflowed && (status & 0x480) === 0x480);
  expect(host.gaps.slice(1)).toMatchObject([{ tagIds: [2], fromUs: samples[next - 1]?.sourceTimeUs, toUs: samples[last]?.sourceTimeUs }]);
});

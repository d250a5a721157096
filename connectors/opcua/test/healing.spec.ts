// Kill, freeze, cut cable and swapped certificate: chaos.spec.ts, against a server in its own process.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@telltale/connector-sdk/testing';
import { OpenEndpoint, tagAt } from './endpoint.js';
import { RestartableDevice } from './simulated-device.js';
import { TcpCut } from './tcp-cut.js';

let plc: RestartableDevice;
let endpoint: OpenEndpoint;

beforeEach(async () => {
  plc = await RestartableDevice.create({ values: 5, beatMs: 100, history: false });
  endpoint = await OpenEndpoint.open(plc, [tagAt(0, 100), tagAt(1, 200)]);
  await secondsToData(1);
  await secondsToData(2);
});

afterEach(async () => {
  await endpoint.close();
  await plc.dispose();
});

/** Seconds until a good value of the tag comes, counted from now. */
async function secondsToData(tagId: number): Promise<number> {
  const { host } = endpoint;
  const sinceUs = host.now();
  await eventually(`tag ${tagId} has data`, 15_000, () => host.of(tagId).some(({ emittedUs, status }) => emittedUs > sinceUs && status >>> 30 === 0));
  return (host.now() - sinceUs) / 1e6;
}

describe('a restarted server', () => {
  test('with shifted namespaces: addresses follow, those by index too', async () => {
    await endpoint.connector.setTags([tagAt(0, 100), tagAt(3, 200, { address: { nodeId: 'ns=2;s=Value3' } })]);
    await secondsToData(4);
    await plc.stop();
    await plc.start({ otherNamespaces: ['urn:someone-else', 'urn:another'] });
    expect(await secondsToData(1)).toBeLessThan(5);
    await secondsToData(4);
    expect(endpoint.host.gaps).toHaveLength(1);
  });

  test('without a node: its tag is bad and the others are not; it returns with the node', async () => {
    await plc.stop();
    await plc.start({ without: [1] });
    await secondsToData(1);
    await eventually('the missing node is bad', 5_000, () => endpoint.host.of(2).at(-1)?.status === 0x80340000);
    expect(endpoint.host.of(2).at(-1)?.value).toBeNaN();
    await plc.stop();
    await plc.start({ without: [] });
    await secondsToData(2);
  });

  test('that said farewell heals as well', async () => {
    await plc.stop(true);
    await plc.start();
    expect(await secondsToData(1)).toBeLessThan(5);
    await eventually('the state says so', 2_000, () => endpoint.host.states.at(-1)?.kind === 'connected');
  });
});

test('a node removed while the server runs is bad, and only its tag', async () => {
  plc.device?.removeNode(1);
  await eventually('the removed node is bad', 8_000, () => (endpoint.host.of(2).at(-1)?.status ?? 0) >>> 31 === 1);
  await secondsToData(1);
});

test('closing in the middle of an outage ends every attempt', async () => {
  await plc.stop();
  await eventually('the loss is noticed', 5_000, () => endpoint.host.states.at(-1)?.kind === 'disconnected');
  await endpoint.connector.close();
  await plc.start();
  const seen = endpoint.host.observations.length;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(endpoint.host.observations).toHaveLength(seen);
  expect(plc.device?.openConnections()).toBe(0);
});

test('closing while a subscription is being made leaves nothing that throws later', async () => {
  for (let round = 0; round < 12; round++) {
    // Another scan interval asks for another subscription; it is cut off a little later each time.
    const changing = endpoint.connector.setTags([tagAt(0, 100), tagAt(1, 300 + round * 10)]).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, round % 6));
    await endpoint.connector.close();
    await changing;
    await endpoint.connector.open();
  }
  await secondsToData(2);
});

test('what a resting server published into a broken line comes after the repair, all of it', async () => {
  const resting = await RestartableDevice.create({ values: 2, history: false });
  const cable = await TcpCut.create(resting.port);
  const listening = { endpointUrl: `opc.tcp://localhost:${cable.port}/plc` };
  const far = await OpenEndpoint.open(listening, [tagAt(0, 100), tagAt(1, 100)]);
  try {
    // Keep-alives go before the cut: the next notification is the first that the server keeps.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    cable.silence();
    resting.device?.set(0, 41);
    await new Promise((resolve) => setTimeout(resolve, 700));
    resting.device?.set(0, 42);
    await new Promise((resolve) => setTimeout(resolve, 700));
    cable.mend();
    await eventually('both values', 8_000, () => far.host.of(1).some(({ value }) => value === 42));
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect([...new Set(far.host.of(1).map(({ value }) => value))].toSorted((a, b) => a - b)).toEqual([0, 41, 42]);
    expect(far.host.gaps).toEqual([]);
  } finally {
    await far.close();
    cable.dispose();
    await resting.dispose();
  }
}, 60_000);

test('what a moving server published into a line that was cut for a second comes after the repair: no hole, no gap', async () => {
  const cable = await TcpCut.create(plc.port);
  const far = await OpenEndpoint.open({ endpointUrl: `opc.tcp://localhost:${cable.port}/plc` }, [tagAt(0, 100), tagAt(1, 100)]);
  try {
    await eventually('values', 5_000, () => far.host.of(1).length > 10);
    cable.cut();
    await new Promise((resolve) => setTimeout(resolve, 800));
    cable.mend();
    const sinceUs = far.host.now();
    await eventually('data again', 10_000, () => far.host.of(1).some(({ sourceTimeUs = 0 }) => sourceTimeUs > sinceUs));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    // The server samples beside the beat and may leave out one; the line left out nothing.
    const times = far.host.of(1).flatMap(({ sourceTimeUs }) => sourceTimeUs ?? []).toSorted((a, b) => a - b);
    expect(Math.max(...times.slice(2).map((time, index) => time - (times[index + 1] ?? time)))).toBeLessThan(450_000);
    expect(far.host.gaps).toEqual([]);
    expect(far.connector.healing).toMatchObject({ repaired: 1, rebuilt: 0 });
  } finally {
    await far.close();
    cable.dispose();
  }
}, 60_000);

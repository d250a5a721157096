import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually, pause } from '@telltale/connector-sdk/testing';
import { approve, OpenEndpoint, tagAt } from './endpoint.js';
import { PlcProcess } from './plc-process.js';

let plc: PlcProcess | undefined;
let endpoint: OpenEndpoint | undefined;

async function start(): Promise<{ plc: PlcProcess; endpoint: OpenEndpoint }> {
  plc = await PlcProcess.create();
  endpoint = await OpenEndpoint.open(plc, [tagAt(0, 100), tagAt(1, 200), tagAt(2, 200)]);
  await pause(700);
  return { plc, endpoint };
}

afterEach(async () => {
  await endpoint?.close();
  await plc?.dispose();
  endpoint = plc = undefined;
});

/** Seconds until a good value of the tag comes, counted from now. */
async function secondsToData({ host }: OpenEndpoint, tagId = 1): Promise<number> {
  const sinceUs = host.now();
  await eventually(`tag ${tagId} has data again`, 15_000, () => host.of(tagId).some(({ emittedUs, status }) => emittedUs > sinceUs && status >>> 30 === 0));
  return (host.now() - sinceUs) / 1e6;
}

describe('healing', () => {
  test('a killed and restarted server: data within 5 s, one gap with bounds of 1 s', async () => {
    const { plc, endpoint } = await start();
    const downUs = endpoint.host.now();
    await plc.kill();
    await pause(2_000);
    await plc.start();
    expect(await secondsToData(endpoint)).toBeLessThan(5);
    await pause(600);
    expect(endpoint.host.gaps).toHaveLength(1);
    const gap = endpoint.host.gaps[0];
    expect(Math.abs((gap?.fromUs ?? 0) - downUs)).toBeLessThan(1e6);
    const back = endpoint.host.of(1).find(({ emittedUs }) => emittedUs > downUs + 1_000_000)?.sourceTimeUs ?? 0;
    expect(Math.abs((gap?.toUs ?? 0) - back)).toBeLessThan(1e6);
    expect(gap?.tagIds).toEqual([1, 2, 3]);
  });

  test('a frozen server is noticed although its sockets live, and data comes back within 5 s of the thaw', async () => {
    const { plc, endpoint } = await start();
    plc.freeze();
    await eventually('the silence is noticed', 12_000, () => endpoint.host.states.some(({ kind }) => kind === 'disconnected'));
    await pause(3_000);
    plc.thaw();
    expect(await secondsToData(endpoint)).toBeLessThan(5);
    await pause(600);
    expect(endpoint.host.gaps).toHaveLength(1);
  });

  test('an address by index follows its namespace when a restart shifts it', async () => {
    const { plc, endpoint } = await start();
    const byIndex = tagAt(3, 200, { address: { nodeId: 'ns=2;s=Value3' } });
    await endpoint.connector.setTags([tagAt(0, 100), byIndex]);
    await secondsToData(endpoint, 4);
    await plc.kill();
    await plc.start({ otherNamespaces: ['urn:someone-else', 'urn:another'] });
    expect(await secondsToData(endpoint, 1)).toBeLessThan(5);
    await secondsToData(endpoint, 4);
  });

  test('a removed node makes its tag bad, and only its tag; it returns when the node returns', async () => {
    const { plc, endpoint } = await start();
    await plc.kill();
    await plc.start({ without: [1] });
    await secondsToData(endpoint, 1);
    const bad = () => endpoint.host.of(2).at(-1);
    await eventually('the missing node is bad', 5_000, () => bad()?.status === 0x80340000);
    expect(bad()?.value).toBeNaN();
    await plc.kill();
    await plc.start({ without: [] });
    await secondsToData(endpoint, 2);
  });

  test('a node removed while the server runs is bad at once', async () => {
    const { plc, endpoint } = await start();
    await plc.requests(1);
    await eventually('the removed node is bad', 8_000, () => (endpoint.host.of(2).at(-1)?.status ?? 0) >>> 31 === 1);
    await secondsToData(endpoint, 1);
  });

  test('a swapped certificate: nothing is accepted until it is approved, then data within 10 s', async () => {
    const { plc, endpoint } = await start();
    await plc.kill();
    await plc.startWithNewCertificate();
    const sinceUs = endpoint.host.now();
    await eventually('the certificate waits for approval', 10_000, () => endpoint.host.states.some(({ kind }) => kind === 'untrusted'));
    await pause(3_000);
    expect(endpoint.host.observations.filter(({ emittedUs }) => emittedUs > sinceUs)).toHaveLength(0);
    approve(endpoint.host);
    expect(await secondsToData(endpoint)).toBeLessThan(10);
    await eventually('the state says connected', 2_000, () => endpoint.host.states.at(-1)?.kind === 'connected');
  });
});

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@telltale/connector-sdk/testing';
import { OpenEndpoint, tagAt } from './endpoint.js';
import { PLANT_URI, RestartableDevice, valueAddress } from './simulated-device.js';

let device: RestartableDevice;
let endpoint: OpenEndpoint;
const watch = { rules: ['Plant/Line1/**'], everyMinutes: 60 };

beforeEach(async () => {
  device = await RestartableDevice.create({ values: 4, history: false });
  endpoint = await OpenEndpoint.open(device, [tagAt(0, 100)], { watch });
});
afterEach(async () => {
  await endpoint.close();
  await device.dispose();
});

const differences = (): readonly string[] | undefined => endpoint.connector.modelChange()?.differences.map(({ change, path }) => `${change} ${path}`);
const compared = (what: string, differ: readonly string[]): Promise<void> => eventually(what, 15_000, () => JSON.stringify(differences()) === JSON.stringify(differ));

test('the tree is compared with its baseline after a restart of the server, and again when the server says that it changed', async () => {
  await compared('the baseline is taken', []);
  await device.stop();
  await device.start({ without: [2] });
  await compared('one vanished', ['vanished Plant/Line1/Value2']);
  device.device?.addNode('Fresh', 'Int32');
  // Within two heartbeats, long before the hour is over.
  await compared('one appeared', ['appeared Plant/Line1/Fresh', 'vanished Plant/Line1/Value2']);
  const { baselineUs = 0, comparedUs = 0, differences: all = [] } = endpoint.connector.modelChange() ?? {};
  expect(comparedUs).toBeGreaterThan(baselineUs);
  expect(all[0]).toMatchObject({ after: { address: { nodeId: `nsu=${PLANT_URI};s=Fresh` }, dataType: 'Int32' } });
  expect(all[1]).toMatchObject({ before: { address: valueAddress(2), dataType: 'Double' } });
  // A node that has become a tag is not new any more.
  await endpoint.connector.setTags([tagAt(0, 100), tagAt(1, 100, { address: { nodeId: `nsu=${PLANT_URI};s=Fresh` } })]);
  expect(differences()).toEqual(['vanished Plant/Line1/Value2']);
}, 60_000);

test('the baseline outlives the connector; the tree is accepted by another text in acceptedAt', async () => {
  await compared('the baseline is taken', []);
  await endpoint.connector.close();
  await device.stop();
  await device.start({ without: [3] });
  await endpoint.connector.open();
  await compared('one vanished while nobody looked', ['vanished Plant/Line1/Value3']);
  const accepted = await endpoint.reopened({ watch: { ...watch, acceptedAt: '2026-11-23' } });
  await eventually('accepted', 15_000, () => accepted.modelChange()?.differences.length === 0);
  await accepted.close();
}, 60_000);

test('a server without room for the events of its model keeps no subscription for them', async () => {
  const full = await RestartableDevice.create({ values: 4, history: false, monitoredItems: 1 });
  const far = await OpenEndpoint.open(full, [tagAt(0, 100)], { watch });
  try {
    await eventually('its subscription is ended', 8_000, () => (full.device?.requests.get('DeleteSubscriptionsRequest') ?? 0) > 0);
    expect(full.device?.openSubscriptions()).toBe(1);
  } finally {
    await far.close();
    await full.dispose();
  }
}, 30_000);

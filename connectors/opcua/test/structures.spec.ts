import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@telltale/connector-sdk/testing';
import type { BrowsedTag, ConnectorTag } from '@telltale/connector-sdk';
import type { OpcUaAddress } from '../src/index.js';
import { OpenEndpoint } from './endpoint.js';
import { PLANT_URI, RestartableDevice } from './simulated-device.js';

// What single addresses give: cases/structure-members.
let device: RestartableDevice;
let endpoint: OpenEndpoint;
const nodeId = `nsu=${PLANT_URI};s=Pump`;
const tag = (tagId: number, address: OpcUaAddress): ConnectorTag<OpcUaAddress> => ({ tagId, tagPath: `pump/${tagId}`, address, scanIntervalMs: 100 });

beforeAll(async () => {
  device = await RestartableDevice.create({ values: 2, history: false, structures: true });
  endpoint = await OpenEndpoint.open(device, [tag(1, { nodeId, member: 'Speed' }), tag(2, { nodeId, member: 'Motor.Current' })]);
});
afterAll(async () => {
  await endpoint.close();
  await device.dispose();
});

const browse = async (glob: string): Promise<readonly BrowsedTag[]> => {
  const found: BrowsedTag[] = [];
  for await (const one of endpoint.connector.browse(glob)) found.push(one);
  return found;
};

test('members follow their structure, each change in its order', async () => {
  for (let speed = 1; speed <= 20; speed++) device.device?.setPump(speed);
  await eventually('the last speed', 5_000, () => endpoint.host.of(1).at(-1)?.value === 20);
  const speeds = endpoint.host.of(1).map(({ value }) => value);
  expect(speeds.slice(1)).toEqual(speeds.slice(1).toSorted((a, b) => a - b));
  expect(endpoint.host.of(2).every(({ value, status }) => value === 3.5 && status === 0)).toBe(true);
});

test('a server that restarts with its types at other namespace indices is read on', async () => {
  await device.stop();
  await device.start({ otherNamespaces: ['urn:one', 'urn:two'] });
  device.device?.setPump(77);
  await eventually('the new speed', 12_000, () => endpoint.host.of(1).at(-1)?.value === 77);
}, 30_000);

test('browsing lists the members of a structure with addresses that can be read, and what an enumeration means', async () => {
  const found = await browse('Plant/{Pump,Pumps,Mode}');
  expect(found.map(({ path, dataType }) => `${path} ${dataType}`)).toEqual([
    'Plant/Pump PumpStatus', 'Plant/Pump.Running Boolean', 'Plant/Pump.Speed Double', 'Plant/Pump.Mode PumpMode', 'Plant/Pump.Starts Int64', 'Plant/Pump.Serviced DateTime',
    'Plant/Pump.RampTime Duration', 'Plant/Pump.Temperatures Double[]', 'Plant/Pump.Motor MotorStatus', 'Plant/Pump.Motor.Current Float', 'Plant/Pump.Motor.Revolutions UInt64',
    'Plant/Pump.Axes MotorStatus[]', 'Plant/Pump.Maker String', 'Plant/Pumps PumpStatus[]', 'Plant/Mode PumpMode',
  ]);
  const meanings = { 0: 'Off', 1: 'Manual', 2: 'Automatic' };
  expect(found.filter((one) => one.meanings)).toMatchObject([{ path: 'Plant/Pump.Mode', meanings }, { path: 'Plant/Mode', meanings }]);
  const current = found.find(({ path }) => path === 'Plant/Pump.Motor.Current');
  expect(current?.address).toEqual({ nodeId, member: 'Motor.Current' });
});

test('what an address can not give is said once, with the remedy, and the other tags are read', async () => {
  await endpoint.connector.setTags([
    tag(11, { nodeId, member: 'Speed' }), tag(12, { nodeId }), tag(13, { nodeId, member: 'Sped' }), tag(14, { nodeId: `nsu=${PLANT_URI};s=Numbers` }), tag(15, { nodeId: `nsu=${PLANT_URI};s=Numbers`, indexRange: '9' }),
    tag(16, { nodeId: `nsu=${PLANT_URI};s=Nothing` }), tag(17, { nodeId: `nsu=${PLANT_URI};s=String` }), tag(18, { nodeId: `nsu=${PLANT_URI};s=Wide` }),
  ]);
  await eventually('all answer', 5_000, () => [11, 12, 13, 14, 15, 16, 17, 18].every((tagId) => endpoint.host.of(tagId).length > 0));
  const members = 'Running, Speed, Mode, Starts, Serviced, RampTime, Temperatures, Motor, Axes, Maker';
  expect(endpoint.connector.tagProblems()).toEqual([
    { tagId: 12, code: 'opcua.whole-structure', reason: `the address means a whole structure: name one of its members in member (${members})` },
    { tagId: 13, code: 'opcua.member-unknown', reason: `there is no member "Sped", only ${members}: correct member` },
    { tagId: 14, code: 'opcua.whole-array', reason: 'the address means a whole array (3 × Int64): name one element in indexRange' },
    { tagId: 15, code: 'opcua.element-unknown', reason: 'the array has no element [9]: correct indexRange' },
    { tagId: 16, code: 'opcua.node-unknown', reason: `the server does not have the node nsu=${PLANT_URI};s=Nothing: browse it and correct nodeId` },
    { tagId: 17, code: 'opcua.not-a-number', reason: 'its type is String, which is no number' },
    { tagId: 18, code: 'opcua.beyond-2-53', reason: '9007199254740993 has more digits than the platform stores: the nearest value 9007199254740992 is stored, uncertain' },
  ]);
  expect(endpoint.host.of(11)[0]?.status).toBe(0);
});

test('a server that describes its types late is opened, asked once, and its members are read as soon as it has told them', async () => {
  const late = await RestartableDevice.create({ values: 2, history: false, structures: true, describesAfterMs: 7_000 });
  const opening = performance.now();
  const far = await OpenEndpoint.open(late, [tag(1, { nodeId, member: 'Speed' })]);
  try {
    expect(performance.now() - opening).toBeLessThan(4_500);
    for (let speed = 1; speed <= 3; speed++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      late.device?.setPump(speed);
    }
    await eventually('bytes first', 6_500, () => far.host.of(1).length > 0);
    expect(far.host.of(1).every(({ status }) => status >>> 31 === 1)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    late.device?.setPump(55);
    await eventually('the speed', 3_000, () => far.host.of(1).some(({ value, status }) => value === 55 && status === 0));
    expect(late.device?.encodingsAsked).toBeLessThanOrEqual(2);
  } finally {
    await far.close();
    await late.dispose();
  }
}, 40_000);

test('closing publishes what waits for the description of its type', async () => {
  const late = await RestartableDevice.create({ values: 2, history: false, structures: true, describesAfterMs: 7_000 });
  const far = await OpenEndpoint.open(late, [tag(1, { nodeId, member: 'Speed' })]);
  await far.connector.close();
  const published = far.host.of(1).map(({ status }) => status >>> 31);
  await far.close();
  await late.dispose();
  expect(published).toEqual([1]);
}, 40_000);

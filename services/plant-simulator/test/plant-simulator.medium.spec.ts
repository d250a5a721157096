import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plantSimulatorSettings, startPlantSimulator, type RunningPlants } from '../src/index.js';
import { connectOpcUa, DataType, modbusPdu, newFolder, readHistory, resolveNode, SecurityPolicy, watch, type PlantClient } from './plant-client.js';

const folder = newFolder('plants');
const settings = (more: Record<string, string> = {}) => plantSimulatorSettings.parse({ PLANT_DATA_DIR: folder, LOG_LEVEL: 'silent', ...more });
const HOUR_US = 3600e6;

let plants: RunningPlants;
let steam: PlantClient;
let lines: PlantClient;

const site = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('the plant was not started');
  return value;
};

beforeAll(async () => {
  plants = await startPlantSimulator(settings({ STEAM_HISTORY_DAYS: '1', LINE_HISTORY_DAYS: '2', PLANT_TRUTH: 'samples' }));
  steam = await connectOpcUa(site(plants.ludwigshafen).opcUa);
  lines = await connectOpcUa(site(plants.pune).opcUa);
});

afterAll(async () => {
  await steam?.close();
  await lines?.close();
  await plants?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('OPC UA server', () => {
  it('lets nobody in without encryption or with a wrong password', async () => {
    const { opcUa } = site(plants.ludwigshafen);
    await expect(connectOpcUa(opcUa, opcUa.password, SecurityPolicy.None)).rejects.toThrow();
    await expect(connectOpcUa(opcUa, 'wrong')).rejects.toThrow(/BadUserAccessDenied|BadIdentityTokenRejected/);
  });

  it('keeps its password in a file that only its user can read', () => {
    expect(statSync(join(folder, 'pune', 'opcua-password')).mode & 0o077).toBe(0);
    expect(site(plants.pune).opcUa.password).not.toBe(site(plants.ludwigshafen).opcUa.password);
  });

  it('is browsable by folders, with range and unit', async () => {
    const id = await resolveNode(steam.session, 'nsu=urn:telltale:plant-simulator:ludwigshafen;s=Steam/NorthRack');
    const found = await steam.session.browse(id);
    const names = found.references?.map(({ browseName }) => browseName.name) ?? [];
    expect(names).toContain('AirTemperature-001');
    expect(names).toContain('SteamPressure');
    const sensor = await steam.session.browse(`${id}/AirTemperature-001`);
    const properties = sensor.references?.map(({ browseName }) => browseName.name) ?? [];
    expect(properties).toEqual(expect.arrayContaining(['EURange', 'EngineeringUnits']));
  });

  it('serves the past page by page, equal to the ground truth', async () => {
    const { groundTruth, layout } = site(plants.ludwigshafen);
    const tag = site(layout.tags.find(({ path }) => path.endsWith('north-rack/air-temperature-010')));
    const toUs = Math.floor(plants.clock.now() / 60e6) * 60e6 - 60e6;
    const nodeId = await resolveNode(steam.session, tag.historyAddress.nodeId);
    const { values, pages } = await readHistory(steam.session, nodeId, toUs / 1000 - 86_000_000, toUs / 1000, 500);
    const truth = groundTruth().samples(tag.path, toUs - 86_000e6, toUs);
    expect(truth.length).toBeGreaterThan(1_400);
    expect(pages).toBe(Math.ceil(truth.length / 500));
    expect(values.map((value) => [value.sourceTimestamp?.getTime(), value.value.value])).toEqual(truth.map(({ sourceTimeUs, value }) => [sourceTimeUs / 1000, value]));
  });

  it('refuses a forged continuation point', async () => {
    const nodeId = await resolveNode(steam.session, 'nsu=urn:telltale:plant-simulator:ludwigshafen;s=Steam/NorthRack/SteamPressure');
    const response = await steam.session.readHistoryValue({ nodeId, continuationPoint: Buffer.from('nonsense') }, new Date(Date.now() - 60_000), new Date());
    expect(response.statusCode.name).toBe('BadContinuationPointInvalid');
  });

  it('pushes every change with the plant\'s own time', async () => {
    const { groundTruth, layout } = site(plants.ludwigshafen);
    const tags = layout.tags.slice(0, 40);
    const ids = await Promise.all(tags.map((tag) => resolveNode(steam.session, tag.historyAddress.nodeId)));
    const seen = await watch(steam.session, ids, 11_000);
    const nowUs = plants.clock.now();
    let changes = 0;
    for (const [i, tag] of tags.entries()) {
      const received = site(seen.get(ids[i] ?? ''));
      const truth = new Map(groundTruth().samples(tag.path, nowUs - HOUR_US, nowUs).map((sample) => [sample.sourceTimeUs, sample.value]));
      for (const value of received) {
        const timeUs = (value.sourceTimestamp?.getTime() ?? 0) * 1000;
        expect(timeUs).toBeLessThanOrEqual(nowUs);
        expect(truth.get(timeUs)).toBe(value.value.value);
      }
      changes += received.length;
    }
    expect(changes).toBeGreaterThan(60);
  });

  it('gives line states with the exact time of the change, in the past and live', async () => {
    const { groundTruth, control } = site(plants.pune);
    const nodeId = await resolveNode(lines.session, 'nsu=urn:telltale:plant-simulator:pune;s=Packaging/Line1/State');
    const nowUs = plants.clock.now();
    const { values } = await readHistory(lines.session, nodeId, (nowUs - 40 * HOUR_US) / 1000, nowUs / 1000, 1_000);
    const truth = groundTruth().states('line-1', nowUs - 40 * HOUR_US, nowUs).filter(({ startUs }) => startUs >= nowUs - 40 * HOUR_US);
    const changes = truth.filter((interval, i) => i === 0 || truth[i - 1]?.state !== interval.state);
    expect(values.map((value) => [value.sourceTimestamp?.getTime(), value.value.value])).toEqual(changes.map(({ startUs, state }) => [startUs / 1000, state]));
    const watching = watch(lines.session, [nodeId], 3_500);
    const runUs = plants.clock.now() + 500_000;
    control.runLine('line-1', 0.02, 1, 0, runUs);
    control.stopLine('line-1', 4, 5, runUs + 1.2e6);
    const live = site((await watching).get(nodeId));
    expect(live.at(-1)?.value.value).toBe(4);
    expect(Math.abs((live.at(-1)?.sourceTimestamp?.getTime() ?? 0) * 1000 - (runUs + 1.2e6))).toBeLessThan(1_001);
  });
});

describe('Modbus server', () => {
  it('holds the same counters as the lines and the OPC UA server', async () => {
    const { modbus, control, registers } = site(plants.pune);
    control.stopLine('line-2', 3, 10);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const { good, reject, energy } = registers('line-2');
    const pdu = await modbusPdu(modbus.host, modbus.port, 2, [3, 0, 100, 0, 6]);
    expect(pdu[0]).toBe(3);
    const word = (i: number): number => pdu.readUInt16BE(2 + 2 * i);
    expect(word(0) + word(1) * 65_536).toBe(good);
    expect(word(2)).toBe(reject);
    expect(Math.abs(word(4) + word(5) * 65_536 - energy)).toBeLessThanOrEqual(1);
    const nodeId = await resolveNode(lines.session, 'nsu=urn:telltale:plant-simulator:pune;s=Packaging/Line2/GoodCount');
    const value = await lines.session.read({ nodeId, attributeId: 13 });
    expect(value.value.value).toBe(good);
    expect(value.value.dataType).toBe(DataType.UInt32);
  });

  it('refuses to be written', async () => {
    const { modbus } = site(plants.pune);
    expect((await modbusPdu(modbus.host, modbus.port, 1, [6, 0, 100, 0, 1])).toString('hex')).toBe('8601');
  });

  it('drops its connections in a PLC restart and comes back with counters at 0', async () => {
    const { modbus, control, registers, groundTruth } = site(plants.pune);
    const event = control.restartPlc({ line: 'line-1', haltSeconds: 1, downSeconds: 2 });
    const untilUs = async (timeUs: number): Promise<void> => {
      while (plants.clock.now() < timeUs) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await untilUs(event.resetUs + 1.1e6);
    await expect(modbusPdu(modbus.host, modbus.port, 1, [3, 0, 100, 0, 1])).rejects.toThrow(/ECONNREFUSED/);
    await untilUs(event.backUs + 1.2e6);
    const pdu = await modbusPdu(modbus.host, modbus.port, 1, [3, 0, 100, 0, 1]);
    expect(pdu.readUInt16BE(2)).toBeLessThan(5);
    expect(registers('line-2').good).toBeGreaterThan(0);
    const states = groundTruth().states('line-1', event.haltUs, event.resumeUs);
    expect(states.some(({ state, startUs }) => state === 8 && startUs === event.haltUs)).toBe(true);
  });
});

describe('a restart of the simulator', () => {
  it('keeps the past, the scenario and the totals, and has written the ground truth', async () => {
    const { control, groundTruth } = site(plants.ludwigshafen);
    const leak = control.startLeak({ pipeRun: 'tank-farm', positionM: 30, amplitudeC: 20, atUs: plants.clock.now() - 90 * 60e6 });
    const tagPath = 'acme/ludwigshafen/steam/cracker-bridge/air-temperature-007';
    const nowUs = Math.floor(plants.clock.now() / 60e6) * 60e6;
    const before = groundTruth().samples(tagPath, nowUs - 20 * HOUR_US, nowUs - HOUR_US * 7);
    const made = site(plants.pune).groundTruth().production(nowUs - 20 * HOUR_US, nowUs);
    await steam.close();
    await lines.close();
    await plants.close();
    const text = readFileSync(join(folder, 'ludwigshafen', 'ground-truth.ndjson'), 'utf8');
    const kinds = text.trim().split('\n').map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual(expect.arrayContaining(['tags', 'sensor-fault', 'steam-leak', 's']));

    plants = await startPlantSimulator(settings({ STEAM_HISTORY_DAYS: '1', LINE_HISTORY_DAYS: '2' }));
    expect(site(plants.ludwigshafen).groundTruth().samples(tagPath, nowUs - 20 * HOUR_US, nowUs - HOUR_US * 7)).toEqual(before);
    expect(site(plants.ludwigshafen).groundTruth().leaks).toEqual([leak]);
    expect(site(plants.pune).groundTruth().production(nowUs - 20 * HOUR_US, nowUs)).toEqual(made);
    steam = await connectOpcUa(site(plants.ludwigshafen).opcUa);
    lines = await connectOpcUa(site(plants.pune).opcUa);
  });
});

describe('a wrong start', () => {
  it('says which port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(startPlantSimulator(settings({ PLANT_DATA_DIR: newFolder('taken'), PLANT_SITES: 'pune', MODBUS_PORT: String(port) }))).rejects.toThrow(`Port ${port} is taken by another program`);
    await expect(startPlantSimulator(settings({ PLANT_DATA_DIR: newFolder('taken'), PLANT_SITES: 'ludwigshafen', OPCUA_PORT: String(port) }))).rejects.toThrow(/is taken/);
    taken.close();
  });

  it('says which file is damaged', async () => {
    const damaged = newFolder('damaged');
    const first = await startPlantSimulator(settings({ PLANT_DATA_DIR: damaged, PLANT_SITES: 'pune', LINE_HISTORY_DAYS: '0' }));
    await first.close();
    writeFileSync(join(damaged, 'pune', 'shift-totals.json'), '{');
    await expect(startPlantSimulator(settings({ PLANT_DATA_DIR: damaged, PLANT_SITES: 'pune' }))).rejects.toThrow(/shift-totals.json.*Delete the file/);
  });
});

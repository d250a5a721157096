import { describe, expect, it } from '@jest/globals';
import { pause, RecordingHost } from '@telltale/connector-sdk/testing';
import { isGood } from '@telltale/tag-sample';
import { modbusConnector } from '../src/index.js';
import { MODBUS_TABLES, type ModbusTable } from '../src/modbus.address.js';
import type { ModbusTag } from '../src/tag-reads.js';
import { OPENSSL } from './plant-authority.js';
import { SERIAL_MEANS } from './serial-pair.js';
import { MISBEHAVIOURS, SimulatedDevice, type DeviceTransport, type Misbehaviour } from './simulated-device.js';

const TAGS = 24;
/** Time-out and scan interval. Handshakes of TLS take their time. */
const SCAN_MS: Readonly<Record<DeviceTransport, number>> = { tcp: 250, 'rtu-over-tcp': 250, tls: 500, rtu: 250 };
/** "Right again within two scan periods" is measured from the end of the misbehaviour; a busy machine gets this much beside. */
const GRACE_MS = 250;
/** Devices at once. */
const SIDE_BY_SIDE: Readonly<Record<DeviceTransport, number>> = { tcp: 20, 'rtu-over-tcp': 20, tls: 7, rtu: 10 };
/** `npm run chaos -- modbus` plays everything over every transport, so many times. */
const ROUNDS = Number(process.env['TELLTALE_CHAOS_ROUNDS'] ?? 0);

const recoveries: number[] = [];
let playedAgain = 0;

/** What a place holds changes with every poll: an answer of yesterday is a wrong value. */
function truth(epoch: number, table: ModbusTable, address: number): number {
  let h = Math.imul(epoch + 1, 0x9e3779b1) ^ Math.imul(address + 1, 0x85ebca6b) ^ table.length;
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  h ^= h >>> 13;
  return table === 'coil' || table === 'discrete' ? h & 1 : h & 0xffff;
}

interface Scene {
  /** Never forgiven. */
  readonly faults: readonly string[];
  /** Not good in time: the connector's fault, or that of a machine that stood still. */
  readonly late: readonly string[];
  /** In scan periods. */
  readonly recoveries: readonly number[];
}

/** Plays a scene; one that was only late gets two more attempts, since the machine may be busy with other things. */
async function play(table: ModbusTable, transport: DeviceTransport, misbehaviour: Misbehaviour): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt++) {
    const { faults, late, recoveries: measured } = await playOnce(table, transport, misbehaviour);
    if (late.length > 0 && faults.length === 0 && attempt < 3) {
      playedAgain++;
      continue;
    }
    recoveries.push(...measured);
    return [...faults, ...late].map((fault) => `${misbehaviour}: ${fault}`);
  }
}

async function playOnce(table: ModbusTable, transport: DeviceTransport, misbehaviour: Misbehaviour): Promise<Scene> {
  const faults: string[] = [];
  const late: string[] = [];
  const measured: number[] = [];
  const scanMs = SCAN_MS[transport];
  let epoch = 0;
  const device = await new SimulatedDevice((_unit, at, address) => truth(epoch, at, address), transport).start();
  device.lateMs = scanMs * 1.5;
  const host = new RecordingHost(device.secrets);
  const connector = modbusConnector.create(modbusConnector.parseSettings({ ...device.settings, requestTimeoutMs: scanMs }), host);
  const tags = Array.from({ length: TAGS }, (_, i): ModbusTag => ({
    tagId: i + 1,
    tagPath: `tag-${i + 1}`,
    scanIntervalMs: scanMs,
    address: modbusConnector.parseAddress({ unit: 5, table, register: 40 + i }),
  }));
  const poll = async (when: string): Promise<number> => {
    epoch++;
    const seen = (await connector.poll?.(tags)) ?? [];
    if (new Set(seen.map(({ tagId }) => tagId)).size !== TAGS || seen.length !== TAGS) faults.push(`${when}: ${seen.length} observations`);
    for (const { tagId, value, status } of seen) {
      if (isGood(status) ? value !== truth(epoch, table, 39 + tagId) : !Number.isNaN(value)) faults.push(`${when}: tag ${tagId} has the wrong value ${value}`);
    }
    return seen.filter(({ status }) => isGood(status)).length;
  };
  try {
    await connector.setTags(tags);
    await connector.open();
    if ((await poll('before')) !== TAGS) late.push('before: not all good');
    for (const rounds of [1, 4]) {
      device.misbehaviour = misbehaviour;
      for (let i = 0; i < rounds; i++) await poll('while');
      device.misbehaviour = undefined;
      const healedMs = performance.now();
      let scans = 0;
      let good = 0;
      // The schedule of the gateway: a scan that comes while the last one lasts is skipped.
      for (let dueMs = healedMs; good < TAGS && scans < 20; dueMs = Math.max(dueMs + scanMs, performance.now())) {
        await pause(Math.max(0, dueMs - performance.now()));
        good = await poll('after');
        scans++;
      }
      const tookMs = performance.now() - healedMs;
      measured.push(tookMs / scanMs);
      if (good < TAGS || tookMs > 2 * scanMs + GRACE_MS) late.push(`right again after ${Math.round(tookMs)} ms, ${scans} scans`);
      // Whatever is still on its way arrives among good polls.
      for (let i = 0; i < 5; i++) {
        await pause(scanMs / 4);
        if ((await poll('later')) < TAGS && i > 0) late.push('later: not all good');
      }
    }
    if ([...device.functionCodes].some((code) => code < 1 || code > 4)) faults.push(`function codes ${[...device.functionCodes].join()}`);
  } finally {
    await connector.close();
    await device.stop();
    host.dispose();
  }
  return { faults, late, recoveries: measured };
}

const missing: Readonly<Partial<Record<DeviceTransport, boolean>>> = { tls: !OPENSSL, rtu: SERIAL_MEANS === undefined };

describe.each<DeviceTransport>(['tcp', 'rtu-over-tcp', 'tls', 'rtu'])(`${MISBEHAVIOURS.length} ways to fail over %s`, (transport) => {
  const serialFrames = transport === 'rtu-over-tcp' || transport === 'rtu';
  // A serial frame carries no number: a device that answers with an old, valid frame can't be found out by anybody. On a serial port
  // a second copy of an answer is one too, unless it follows within the silence between frames, which a busy machine does not keep.
  const possible = MISBEHAVIOURS.filter((misbehaviour) => !serialFrames || (misbehaviour !== 'repeats-the-last-answer' && (transport !== 'rtu' || misbehaviour !== 'answers-twice')));
  // Where it takes longer, one function stands for all; they differ in nothing but their bytes.
  const tables = ROUNDS > 0 || transport === 'tcp' || transport === 'rtu-over-tcp' ? MODBUS_TABLES : (['holding'] as const);

  (missing[transport] ? it.skip : it).each(tables)(
    'reading the %s table: no wrong value, right again within two scans',
    async (table) => {
      recoveries.length = 0;
      playedAgain = 0;
      const faults: string[] = [];
      for (let round = 0; round < Math.max(1, ROUNDS); round++) {
        for (let at = 0; at < possible.length; at += SIDE_BY_SIDE[transport]) {
          faults.push(...(await Promise.all(possible.slice(at, at + SIDE_BY_SIDE[transport]).map((misbehaviour) => play(table, transport, misbehaviour)))).flat());
        }
      }
      expect(faults).toEqual([]);
      if (ROUNDS > 0) process.stdout.write(`${transport} ${table}: ${recoveries.length} recoveries from ${possible.length} ways to fail, the longest after ${Math.max(...recoveries).toFixed(2)} scan periods; ${playedAgain} scenes came late once and were played again\n`);
    },
    60_000 + ROUNDS * 60_000,
  );
});

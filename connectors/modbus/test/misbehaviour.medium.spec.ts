import { describe, expect, it } from '@jest/globals';
import { pause, RecordingHost } from '@telltale/connector-sdk/testing';
import { isGood } from '@telltale/tag-sample';
import { modbusConnector } from '../src/index.js';
import { MODBUS_TABLES, type ModbusTable } from '../src/modbus.address.js';
import type { ModbusTag } from '../src/tag-reads.js';
import { MISBEHAVIOURS, SimulatedDevice, type DeviceTransport, type Misbehaviour } from './simulated-device.js';

const TIMEOUT_MS = 250;
const TAGS = 24;

/** What a place holds changes with every poll: an answer of yesterday is a wrong value. */
function truth(epoch: number, table: ModbusTable, address: number): number {
  let h = Math.imul(epoch + 1, 0x9e3779b1) ^ Math.imul(address + 1, 0x85ebca6b) ^ table.length;
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  h ^= h >>> 13;
  return table === 'coil' || table === 'discrete' ? h & 1 : h & 0xffff;
}

/** Everything that went wrong in one scene; empty is right. */
async function play(table: ModbusTable, transport: DeviceTransport, misbehaviour: Misbehaviour): Promise<readonly string[]> {
  const faults: string[] = [];
  let epoch = 0;
  const device = await new SimulatedDevice((_unit, at, address) => truth(epoch, at, address), transport).start();
  device.lateMs = TIMEOUT_MS * 1.5;
  const host = new RecordingHost();
  const connector = modbusConnector.create(modbusConnector.parseSettings({ host: '127.0.0.1', port: device.port, transport, requestTimeoutMs: TIMEOUT_MS }), host);
  const tags = Array.from({ length: TAGS }, (_, i): ModbusTag => ({
    tagId: i + 1,
    tagPath: `tag-${i + 1}`,
    scanIntervalMs: 100,
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
    if ((await poll('before')) !== TAGS) faults.push('before: not all good');
    for (const rounds of [1, 4]) {
      device.misbehaviour = misbehaviour;
      for (let i = 0; i < rounds; i++) await poll('while');
      device.misbehaviour = undefined;
      let good = await poll('first after');
      if (good < TAGS) {
        await pause(TIMEOUT_MS * 2);
        good = await poll('second after');
      }
      if (good < TAGS) faults.push(`not recovered within two polls (${good})`);
      // Whatever is still on its way arrives among good polls.
      for (let i = 0; i < 5; i++) {
        await pause(TIMEOUT_MS / 4);
        if ((await poll('later')) < TAGS && i > 0) faults.push('later: not all good');
      }
    }
    if ([...device.functionCodes].some((code) => code < 1 || code > 4)) faults.push(`function codes ${[...device.functionCodes].join()}`);
  } finally {
    await connector.close();
    await device.stop();
    host.dispose();
  }
  return faults.map((fault) => `${misbehaviour}: ${fault}`);
}

describe.each<DeviceTransport>(['tcp', 'rtu-over-tcp'])(`${MISBEHAVIOURS.length} ways to fail over %s: no wrong value, right again within two polls`, (transport) => {
  it.each(MODBUS_TABLES)('reading the %s table', async (table) => {
    // A serial frame carries no number: a device that answers with an old, valid frame can't be found out by anybody.
    const possible = MISBEHAVIOURS.filter((misbehaviour) => transport === 'tcp' || misbehaviour !== 'repeats-the-last-answer');
    const faults = await Promise.all(possible.map((misbehaviour) => play(table, transport, misbehaviour)));
    expect(faults.flat()).toEqual([]);
  });
});

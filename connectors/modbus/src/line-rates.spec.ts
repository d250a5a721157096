import { describe, expect, it } from '@jest/globals';
import { LineRates, type LineSituation } from './line-rates.js';
import { modbusAddressSchema } from './modbus.address.js';
import type { ModbusTag } from './tag-reads.js';

const FINE: LineSituation = { connected: true, open: new Set() };
const share = (tags: number, scanIntervalMs = 1_000): { scanIntervalMs: number; tags: number }[] => [{ scanIntervalMs, tags }];

function tagsOf(units: readonly number[], each = 10, scanIntervalMs = 1_000): ModbusTag[] {
  return units.flatMap((unit) =>
    Array.from({ length: each }, (_none, register) => ({ tagId: unit * 100 + register, tagPath: `${unit}/${register}`, scanIntervalMs, address: modbusAddressSchema.parse({ unit, table: 'holding', register }) })),
  );
}

/** A line in virtual time: each unit takes so many ms per scan; a scan that does not fit is skipped. */
function run(rates: LineRates, tookMs: ReadonlyMap<number, number>, seconds: number): number {
  let nowMs = 0;
  for (let due = 0; due < seconds; due = Math.max(due + 1, Math.ceil(nowMs / 1_000))) {
    nowMs = Math.max(nowMs, due * 1_000);
    for (const [unit, ms] of tookMs) {
      nowMs += ms;
      rates.exchanged(unit, ms, false, nowMs);
      rates.answered(unit, share(10), nowMs);
    }
  }
  return nowMs;
}

const newRates = (tags: readonly ModbusTag[]): LineRates => {
  const rates = new LineRates();
  rates.setTags(tags, 0);
  return rates;
};

describe('LineRates', () => {
  it('finds nothing to say about a line that keeps up', () => {
    const rates = newRates(tagsOf([1, 2]));
    const nowMs = run(rates, new Map([[1, 20], [2, 30]]), 60);
    for (const rate of rates.report(FINE, nowMs)) {
      expect(rate).toMatchObject({ tags: 10, askedPerSecond: 10, code: null, reason: null });
      expect(rate.achievedPerSecond).toBeGreaterThan(9.5);
    }
  });

  it('blames the budget of the bus when all together are too much', () => {
    const rates = newRates(tagsOf([1, 2, 3]));
    const nowMs = run(rates, new Map([[1, 450], [2, 450], [3, 450]]), 60);
    for (const { achievedPerSecond, code, reason } of rates.report(FINE, nowMs)) {
      expect(achievedPerSecond).toBeLessThan(8);
      expect({ code, reason }).toEqual({ code: 'modbus.bus-budget', reason: expect.stringContaining('its scans need 13') });
    }
  });

  it('blames the slow unit, and tells the others who it is', () => {
    const rates = newRates(tagsOf([1, 2]));
    const nowMs = run(rates, new Map([[1, 20], [2, 1_900]]), 60);
    const byUnit = Object.fromEntries(rates.report(FINE, nowMs).map(({ group, code, reason }) => [group, { code, reason }]));
    expect(byUnit['unit 2, every 1000 ms']).toEqual({ code: 'modbus.unit-slow', reason: expect.stringContaining('1900 ms per request') });
    expect(byUnit['unit 1, every 1000 ms']).toEqual({ code: 'modbus.bus-budget', reason: expect.stringContaining('Unit 2 alone needs 190 %') });
  });

  it('tells an open circuit, a lost connection, failing requests and a late gateway apart', () => {
    const rates = newRates(tagsOf([1, 2]));
    for (let nowMs = 1_000; nowMs <= 30_000; nowMs += 1_000) {
      rates.exchanged(1, 20, false, nowMs);
      rates.answered(1, share(10), nowMs);
      rates.exchanged(2, 20, nowMs % 2_000 === 0, nowMs);
      if (nowMs % 2_000 !== 0) rates.answered(2, share(10), nowMs);
    }
    const codes = (situation: LineSituation, atMs: number): Record<string, string | null> => Object.fromEntries(rates.report(situation, atMs).map(({ group, code }) => [group.slice(0, 6), code]));
    expect(codes(FINE, 30_000)).toEqual({ 'unit 1': null, 'unit 2': 'modbus.unit-failing' });
    expect(codes({ connected: true, open: new Set([2]) }, 30_000)).toEqual({ 'unit 1': null, 'unit 2': 'modbus.unit-silent' });
    expect(codes({ connected: false, open: new Set() }, 40_000)).toEqual({ 'unit 1': 'modbus.not-connected', 'unit 2': 'modbus.not-connected' });
    expect(codes(FINE, 59_000)['unit 1']).toBe('modbus.polled-late');
  });

  it('keeps the counts of a group that stays as it is, and forgets those of one that changes', () => {
    const rates = newRates(tagsOf([1]));
    const nowMs = run(rates, new Map([[1, 20]]), 20);
    rates.setTags([...tagsOf([1]), ...tagsOf([2])], nowMs);
    expect(rates.report(FINE, nowMs).find(({ group }) => group.startsWith('unit 1'))?.achievedPerSecond).toBeGreaterThan(9);
    rates.setTags(tagsOf([1], 11), nowMs);
    expect(rates.report(FINE, nowMs)).toMatchObject([{ tags: 11, achievedPerSecond: 0, code: null }]);
  });
});

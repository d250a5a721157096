import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { itemsBetween, overlay, type LineInterval } from './line-interval.js';
import { LineState } from './line-state.js';
import { PackagingLine, type PackagingLinePlan } from './packaging-line.js';
import type { ShiftFrame } from './shift-plan.js';

const HOUR = 3600e6;
const T0 = Date.UTC(2026, 10, 2, 0, 30) * 1000;

const PLAN: PackagingLinePlan = {
  slug: 'line-1',
  products: [
    { code: 101, secondsPerItem: 0.5, rejectShare: 0.012 },
    { code: 102, secondsPerItem: 0.6, rejectShare: 0.02 },
  ],
  goodMax: 65_535,
  rejectMax: 4_294_967_295,
  goodStart: 65_000,
  rejectStart: 4_294_967_290,
  gramsPerItem: 18,
  runningWatts: 16_000,
  standingWatts: 3_000,
};

/** Shifts of 8 h from T0, half an hour of break in the middle and ten minutes of handover. */
function frameAt(timeUs: number): ShiftFrame {
  const startUs = T0 + Math.floor((timeUs - T0) / (8 * HOUR)) * 8 * HOUR;
  const stop = (fromMinutes: number, minutes: number) => ({ startUs: startUs + fromMinutes * 60e6, endUs: startUs + (fromMinutes + minutes) * 60e6 });
  return { startUs, endUs: startUs + 8 * HOUR, plannedStops: [stop(0, 10), stop(240, 30)] };
}

const newLine = (seed = 5): PackagingLine => new PackagingLine(seed, PLAN, frameAt, T0);

describe('PackagingLine', () => {
  it('makes the same in steps of a second, of ten seconds and of an hour', () => {
    const [fine, coarse, rough] = [newLine(), newLine(), newLine()];
    for (let at = T0 + 1e6; at <= T0 + 9 * HOUR; at += 1e6) fine.advance(at);
    for (let at = T0 + 10e6; at <= T0 + 9 * HOUR; at += 10e6) coarse.advance(at);
    for (let at = T0 + HOUR; at <= T0 + 9 * HOUR; at += HOUR) rough.advance(at);
    expect(fine.totals).toEqual(coarse.totals);
    expect(rough.totals).toEqual(coarse.totals);
    expect(fine.totals.good).toBeGreaterThan(30_000);
  });

  it('announces every state once, and the states cover the shift without a hole', () => {
    const line = newLine();
    const begun: LineInterval[] = [];
    for (let at = T0 + 7e6; at <= T0 + 16 * HOUR; at += 7e6) begun.push(...line.advance(at));
    expect(begun[0]?.startUs).toBe(T0);
    for (const [i, interval] of begun.entries()) if (i > 0) expect(interval.startUs).toBe(begun[i - 1]?.endUs);
    expect(new Set(begun.map(({ state }) => state)).size).toBeGreaterThanOrEqual(5);
    expect(begun.every(({ startUs }) => startUs % 1000 === 0)).toBe(true);
  });

  it('stands still around the change of shift, so that a count there is exact', () => {
    const line = newLine();
    line.advance(T0 + 8 * HOUR - 20e6);
    const before = line.totals.good;
    line.advance(T0 + 8 * HOUR + 9 * 60e6);
    expect(line.totals.good).toBe(before);
    line.advance(T0 + 9 * HOUR);
    expect(line.totals.good).toBeGreaterThan(before);
  });

  it('rolls its registers over and keeps the truth', () => {
    const line = newLine();
    line.advance(T0 + 8 * HOUR);
    expect(line.goodRegister).toBe((PLAN.goodStart + line.totals.good) % 65_536);
    expect(line.rejectRegister).toBe((PLAN.rejectStart + line.totals.reject) % 4_294_967_296);
    expect(line.rejectRegister).toBeLessThan(10_000);
    const sums = [...line.produced(T0, T0 + 8 * HOUR).values()];
    expect(sums.reduce((sum, { good }) => sum + good, 0)).toBe(line.totals.good);
    expect(sums.reduce((sum, { reject }) => sum + reject, 0)).toBe(line.totals.reject);
  });

  it('runs at a believable availability and reject share', () => {
    const line = newLine();
    line.advance(T0 + 72 * HOUR);
    const running = line.intervals(T0).reduce((sum, { state, startUs, endUs }) => (state === LineState.Running ? sum + endUs - startUs : sum), 0);
    const planned = 72 * HOUR - 9 * 40 * 60e6;
    expect(running / planned).toBeGreaterThan(0.7);
    expect(running / planned).toBeLessThan(0.95);
    expect(line.totals.reject / (line.totals.good + line.totals.reject)).toBeCloseTo(0.016, 2);
  });

  it('follows a script: no item while stopped, another product afterwards, nothing in the past', () => {
    const line = newLine();
    line.advance(T0 + 2 * HOUR);
    const before = line.totals;
    line.script(T0 + HOUR, T0 + 3 * HOUR, () => ({ state: LineState.Breakdown }));
    line.advance(T0 + 3 * HOUR);
    expect(line.totals.good - before.good).toBeLessThanOrEqual(1);
    line.script(T0 + 3 * HOUR, T0 + 4 * HOUR, () => ({ productCode: 102, state: LineState.Running, cycleUs: 1e6, rejectShare: 0 }));
    line.advance(T0 + 4 * HOUR - 1e6);
    expect(line.current()?.productCode).toBe(102);
  });
});

describe('overlay', () => {
  it('keeps the plan gapless and changes only the stretch', () => {
    const plan: LineInterval[] = [0, 10, 25, 60].map((start, i, all) => ({ startUs: start, endUs: all[i + 1] ?? 100, state: LineState.Running, productCode: i, cycleUs: 1, rejectShare: 0 }));
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), (a, b) => {
        const [fromUs, toUs] = [Math.min(a, b), Math.max(a, b)];
        const changed = overlay(plan, fromUs, toUs, () => ({ state: LineState.Jam }));
        expect(changed[0]?.startUs).toBe(0);
        expect(changed.at(-1)?.endUs).toBe(100);
        for (const [i, piece] of changed.entries()) {
          if (i > 0) expect(piece.startUs).toBe(changed[i - 1]?.endUs);
          expect(piece.state === LineState.Jam).toBe(piece.startUs >= fromUs && piece.endUs <= toUs);
        }
      }),
    );
  });
});

describe('itemsBetween', () => {
  it('adds up over any cut', () => {
    const interval: LineInterval = { startUs: 1e9, endUs: 1e9 + 100e6, state: LineState.Running, productCode: 1, cycleUs: 700_000, rejectShare: 0.1 };
    const whole = itemsBetween(3, interval, 0, 2e9);
    expect(whole.good + whole.reject).toBe(Math.floor(100 / 0.7));
    const parts = [0, 1e9 + 3e6, 1e9 + 41.2e6, 1e9 + 77e6, 2e9];
    const sum = parts.slice(1).map((until, i) => itemsBetween(3, interval, parts[i] ?? 0, until));
    expect(sum.reduce((total, { good }) => total + good, 0)).toBe(whole.good);
    expect(sum.reduce((total, { reject }) => total + reject, 0)).toBe(whole.reject);
  });
});

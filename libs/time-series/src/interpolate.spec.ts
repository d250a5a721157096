import { describe, expect, it } from '@jest/globals';
import { columnsFrom, isGood, qualityOf, Status, type SampleColumns } from '@telltale/tag-sample';
import { INTERPOLATED_BITS, interpolatedAt } from './interpolate.js';

const US = 1e6;
const columnsOf = (points: readonly (readonly [second: number, value: number | null, status?: number])[]): SampleColumns =>
  columnsFrom(points.map(([second, value, status = Status.Good]) => ({ tagId: 1, sourceTimeUs: second * US, serverTimeUs: second * US, value: value ?? NaN, status })));
const { Bad, Uncertain } = Status;

/** Historians 2 and 3 of OPC UA Part 13 Annex A; uncertain counts as bad. */
const HISTORIAN = columnsOf([[2, 10], [25, 20], [28, 25], [39, 30], [42, null, Bad], [48, 40], [52, 50], [72, 60], [77, 70, Uncertain], [83, 70], [86, 80], [90, 90]]);
const EVERY_5_S = Array.from({ length: 20 }, (_, i) => i * 5 * US);
const rows = (columns: SampleColumns, stepped: boolean): (readonly [number | null, string, boolean])[] =>
  interpolatedAt(columns, EVERY_5_S, { stepped }).map(({ value, status, interpolated }) => [Number.isNaN(value) ? null : Math.round(value * 1e4) / 1e4, qualityOf(status), interpolated]);

describe('interpolated values are those of OPC UA Part 13', () => {
  it('in straight lines', () => {
    const [g, u] = [(value: number) => [value, 'good', true], (value: number) => [value, 'uncertain', true]];
    const raw = (value: number) => [value, 'good', false];
    expect(rows(HISTORIAN, false)).toEqual([
      [null, 'bad', false], g(11.3043), g(13.4783), g(15.6522), g(17.8261), raw(20), g(25.9091), g(28.1818), u(31.1111), u(36.6667),
      g(45), g(51.5), g(54), g(56.5), g(59), u(62.7273), u(67.2727), g(76.6667), raw(90), u(90),
    ]);
  });

  it('in steps', () => {
    expect(rows(HISTORIAN, true).map(([value, quality]) => [value, quality])).toEqual([
      [null, 'bad'], [10, 'good'], [10, 'good'], [10, 'good'], [10, 'good'], [20, 'good'], [25, 'good'], [25, 'good'], [30, 'good'], [30, 'uncertain'],
      [40, 'good'], [50, 'good'], [50, 'good'], [50, 'good'], [50, 'good'], [60, 'good'], [60, 'uncertain'], [70, 'good'], [90, 'good'], [90, 'uncertain'],
    ]);
  });

  it('on a ramp off the grid, flagged in the status', () => {
    const ramp = columnsOf(Array.from({ length: 20 }, (_, v) => [10 * v + 1.234, v]));
    const [between, raw] = interpolatedAt(ramp, [50 * US, 57.234 * US], { stepped: false });
    expect(between?.value).toBeCloseTo(4.8766, 10);
    expect([between && between.status & 0xffff, between && isGood(between.status)]).toEqual([INTERPOLATED_BITS, true]);
    expect(raw?.value).toBeCloseTo(5.6, 10);
  });

  it('uncertain at a bad sample, whatever stands around it', () => {
    const columns = columnsOf([[0, 1], [10, null, Bad], [20, 3]]);
    expect(interpolatedAt(columns, [10 * US], { stepped: false }).map(({ value, status }) => [value, qualityOf(status)])).toEqual([[2, 'uncertain']]);
    expect(interpolatedAt(columns, [10 * US], { stepped: true }).map(({ value, status }) => [value, qualityOf(status)])).toEqual([[1, 'uncertain']]);
  });

  it('of a month of samples that are all bad but two, without looking at them again for each time', () => {
    const count = 200_000;
    const columns = columnsOf(Array.from({ length: count }, (_, i) => (i === 0 ? [0, 0] : i === count - 1 ? [i, i] : [i, null, Bad])));
    const times = Array.from({ length: 20_000 }, (_, i) => (10 * i + 0.5) * US);
    const beganMs = performance.now();
    const straight = interpolatedAt(columns, times, { stepped: false });
    // Each time anew that would be four thousand million samples.
    expect(performance.now() - beganMs).toBeLessThan(1_500);
    expect(straight.every(({ value, timeUs }) => Math.abs(value - timeUs / US) < 1e-6)).toBe(true);
    expect(straight.map(({ status }) => qualityOf(status)).every((quality) => quality === 'uncertain')).toBe(true);
    expect(interpolatedAt(columns, times.slice(0, 2), { stepped: true }).map(({ value, status }) => [value, qualityOf(status)])).toEqual([[0, 'good'], [0, 'uncertain']]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { columnsFrom, isGood, pickColumns, Status, type SampleColumns } from '@telltale/tag-sample';
import fc from 'fast-check';
import { interpolatedAt } from './interpolate.js';
import { HOLD_LIMIT_US, rollUpSamples } from './rollup-rows.js';
import { swingingDoor } from './swinging-door.js';

type Point = readonly [timeUs: number, value: number, status?: number];
const columnsOf = (points: readonly Point[]): SampleColumns =>
  columnsFrom(points.map(([sourceTimeUs, value, status = Status.Good]) => ({ tagId: 1, sourceTimeUs, serverTimeUs: sourceTimeUs, value, status })));
const everySecond = (values: readonly number[]): SampleColumns => columnsOf(values.map((value, i) => [i * 1e6, value]));
const keptOf = (columns: SampleColumns, bound: number): number[] => [...swingingDoor(columns, bound)];

const SHAPES: Readonly<Record<string, fc.Arbitrary<number>>> = {
  walk: fc.double({ min: -1, max: 1, noNaN: true }),
  decimals: fc.integer({ min: -3, max: 3 }).map((tenths) => tenths / 10),
  steps: fc.constantFrom(0, 0, 0, 0, 0, 5, -5),
  huge: fc.double({ noNaN: true, noDefaultInfinity: true }),
};
const steps = fc.oneof(...Object.entries(SHAPES).map(([shape, by]) => fc.array(fc.record({ by, stepUs: fc.constantFrom(1, 1_000, 1e6, 1e6, 1e6, 3e8, 1e9), odd: fc.nat(60) }), { maxLength: 400 }).map((all) => ({ shape, all }))));
const curves = steps.map(({ shape, all }) => {
  let [timeUs, value] = [1.7892e15, 20];
  return columnsOf(
    all.map(({ by, stepUs, odd }): Point => {
      timeUs += stepUs;
      value = shape === 'huge' ? by : shape === 'decimals' ? Math.round((value + by) * 10) / 10 : value + by;
      if (odd === 0) return [timeUs, NaN, Status.BadTimeout];
      if (odd === 1) return [timeUs, Infinity];
      return [timeUs, odd === 2 ? NaN : value, odd === 3 ? Status.Uncertain : odd === 4 ? Status.Good + 0x400 : Status.Good];
    }),
  );
});
const bounds = fc.oneof(fc.constantFrom(0, 0.1, 0.2, 0.5, 1, 1e300), fc.double({ min: 0, max: 3, noNaN: true }));

describe('the swinging door', () => {
  it('leaves out only what readers find within the bound between its neighbours', () => {
    fc.assert(
      fc.property(curves, bounds, (columns, bound) => {
        const kept = keptOf(columns, bound);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        const dropped = [...columns.values.keys()].filter((i) => !kept.includes(i));
        const read = interpolatedAt(pickColumns(columns, kept), dropped.map((i) => columns.sourceTimesUs[i] ?? 0), { stepped: false });
        dropped.forEach((index, i) => expect(Math.abs((read[i]?.value ?? NaN) - (columns.values[index] ?? NaN))).toBeLessThanOrEqual(bound));
      }),
      { numRuns: 400 },
    );
  });

  it('keeps first and last, what is not good, both sides of a change of status, and the time that good samples cover', () => {
    fc.assert(
      fc.property(curves, bounds, (columns, bound) => {
        const { values, statuses } = columns;
        const count = values.length;
        const kept = new Set(keptOf(columns, bound));
        for (let i = 0; i < count; i++) {
          const odd = !isGood(statuses[i] ?? 0) || !Number.isFinite(values[i]);
          if (odd || i === 0 || i === count - 1 || statuses[i - 1] !== statuses[i] || statuses[i + 1] !== statuses[i]) expect(kept).toContain(i);
        }
        const coveredBy = (own: SampleColumns): number | undefined => rollUpSamples(own, 0, own.values.length, 1e17).heldUs[0];
        expect(coveredBy(pickColumns(columns, [...kept]))).toBe(coveredBy(columns));
      }),
      { numRuns: 400 },
    );
  });

  it('keeps the corners of straight lines and one sample in a quarter of an hour', () => {
    expect(keptOf(everySecond([1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5]), 0.25)).toEqual([0, 3, 7, 10]);
    expect(keptOf(everySecond(Array.from({ length: 3_600 }, () => 7.1)), 0)).toEqual([0, 900, 1_800, 2_700, 3_599]);
    expect(HOLD_LIMIT_US).toBe(900e6);
  });

  it('drops with a bound of 0 what is exactly on the line and nothing else', () => {
    expect(keptOf(everySecond([0, 2, 4, 6, 8]), 0)).toEqual([0, 4]);
    expect(keptOf(everySecond([0, 2, 4, 6.000001, 8]), 0)).toEqual([0, 2, 3, 4]);
  });

  it('goes through noise in linear time, however wide or narrow the bound is', () => {
    const noise = everySecond(Array.from({ length: 20_000 }, (_, i) => Math.sin(i * i) + 1e-4 * i));
    let looked = 0;
    const counted = { ...noise, sourceTimesUs: new Proxy(noise.sourceTimesUs, { get: (times, name) => (looked++, Reflect.get(times, name)) }) };
    for (const bound of [0, 0.3, 0.6, 0.99, 2]) {
      looked = 0;
      swingingDoor(counted, bound);
      expect(looked).toBeLessThan(100 * 20_000);
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { columnsFrom, isGood, Status, type SampleColumns } from '@telltale/tag-sample';
import fc from 'fast-check';
import { extremesPerPixel, largestTriangles } from './downsample.js';

const columnsOf = (points: readonly (readonly [timeUs: number, value: number, status?: number])[]): SampleColumns =>
  columnsFrom(points.map(([sourceTimeUs, value, status = Status.Good]) => ({ tagId: 1, sourceTimeUs, serverTimeUs: sourceTimeUs, value, status })));

const curves = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 50 }), value: fc.double({ min: -100, max: 100, noNaN: true }), bad: fc.nat(20) }), { minLength: 1, maxLength: 400 })
  .map((steps) => {
    let time = 0;
    return columnsOf(steps.map(({ step, value, bad }) => [(time += step), bad === 0 ? NaN : value, bad === 0 ? Status.BadTimeout : Status.Good]));
  });
const badOnes = ({ statuses }: SampleColumns): number[] => [...statuses.keys()].filter((i) => !isGood(statuses[i] ?? 0));

describe('extremes per pixel', () => {
  it('keeps what a chart of that many pixels shows, every bad sample, in order', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 1, max: 60 }), (columns, pixels) => {
        const toUs = (columns.sourceTimesUs.at(-1) ?? 0) + 1;
        const kept = extremesPerPixel(columns, { fromUs: 0, toUs }, pixels);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        const bad = badOnes(columns);
        expect(kept.length).toBeLessThanOrEqual(4 * pixels + bad.length);
        for (const index of bad) expect(kept).toContain(index);
        const figures = (indexes: readonly number[]): Map<number, (number | undefined)[]> => {
          const good = indexes.filter((i) => isGood(columns.statuses[i] ?? 0));
          const perPixel = Map.groupBy(good, (i) => Math.floor((columns.sourceTimesUs[i] ?? 0) / (toUs / pixels)));
          return new Map([...perPixel].map(([pixel, own]) => {
            const values = own.map((i) => columns.values[i] ?? NaN);
            return [pixel, [values[0], Math.min(...values), Math.max(...values), values.at(-1)]];
          }));
        };
        expect(figures(kept)).toEqual(figures([...columns.values.keys()]));
      }),
    );
  });
});

describe('largest triangles', () => {
  it('keeps both ends of every stretch and every bad sample, about as many as asked for', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 4, max: 200 }), (columns, count) => {
        const kept = largestTriangles(columns, count);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        const bad = badOnes(columns);
        for (const index of [0, columns.values.length - 1, ...bad]) expect(kept).toContain(index);
        expect(kept.length).toBeLessThanOrEqual(count + 3 * bad.length + 3);
      }),
    );
  });

  it('keeps the corners of a curve', () => {
    // Straight, but for a peak and a step.
    const columns = columnsOf(Array.from({ length: 1_000 }, (_, i) => [i, i === 333 ? 50 : i < 700 ? 0 : 10]));
    const kept = largestTriangles(columns, 40);
    expect(kept).toHaveLength(40);
    expect(kept).toContain(333);
    const values = kept.map((i) => [i, columns.values[i]] as const);
    const after = values.findIndex(([, value]) => value === 10);
    expect((values[after]?.[0] ?? 0) - (values[after - 1]?.[0] ?? 0)).toBeLessThan(60);
  });

  it('leaves a short series as it is', () => {
    const columns = columnsOf([[1, 1], [2, 2], [3, 3]]);
    expect(largestTriangles(columns, 3)).toEqual([0, 1, 2]);
  });
});

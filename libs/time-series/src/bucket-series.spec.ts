import { describe, expect, it } from '@jest/globals';
import { columnsFrom, Status } from '@telltale/tag-sample';
import { bucketObjects, bucketsFrom } from './bucket-series.js';
import { gapsOf } from './gaps-of.js';
import { HOLD_LIMIT_US, MINUTE_US, rollUpSamples } from './rollup-rows.js';
import type { ContinuityEntry } from './series-contract.js';

const S = 1_000_000;
const columns = (rows: readonly (readonly [second: number, value: number, status?: number])[]) =>
  columnsFrom(
    rows.map(([second, value, status = Status.Good]) => ({
      tagId: 1,
      value,
      status,
      sourceTimeUs: second * S,
      serverTimeUs: second * S,
    })),
  );
const entry = (kind: ContinuityEntry['kind'], from: number, to: number): ContinuityEntry => ({
  tagId: 1,
  kind,
  fromUs: from * S,
  toUs: to * S,
  reason: '',
  recordedAtUs: 0,
});
const minutes = (
  rows: readonly (readonly [number, number, number?])[],
  toS: number,
  entries: readonly ContinuityEntry[] = [],
) => {
  const gaps = gapsOf(entries);
  const given = columns(rows);
  const rollups = rollUpSamples(given, 0, given.tagIds.length, MINUTE_US, gaps);
  return bucketObjects(bucketsFrom(rollups, { fromUs: 0, toUs: toS * S }, MINUTE_US, gaps, given.sourceTimesUs.at(-1) ?? 0));
};

describe('buckets', () => {
  it('aggregate good samples only and hold a good sample until the next one', () => {
    const [first, second, third] = minutes([[0, 4], [20, 6], [40, NaN, Status.BadTimeout], [70, 5], [100, 9]], 180);
    expect(first).toEqual({
      startUs: 0,
      count: 3,
      goodCount: 2,
      min: 4,
      max: 6,
      mean: 5,
      first: 4,
      last: 6,
      completeness: 40 / 60,
    });
    expect(second).toMatchObject({ count: 2, goodCount: 2, completeness: 30 / 60 });
    expect(third).toMatchObject({ count: 0, min: null, mean: null, completeness: 0 });
  });

  it('hold no longer than the limit', () => {
    const limitS = HOLD_LIMIT_US / S;
    const buckets = minutes([[0, 1], [limitS + 600, 1]], limitS + 660);
    expect(buckets.filter(({ completeness }) => completeness === 1)).toHaveLength(limitS / 60);
    expect(buckets.at(-2)?.completeness).toBe(0);
  });

  it('end at a declared gap, unless it was filled from history', () => {
    const rows = [[0, 1], [59, 1]] as const;
    expect(minutes(rows, 60, [entry('gap', 15, 45)])[0]?.completeness).toBeCloseTo(15 / 60);
    expect(minutes(rows, 60, [entry('gap', 15, 45), entry('backfilled', 10, 45)])[0]?.completeness).toBeCloseTo(59 / 60);
    expect(minutes(rows, 60, [entry('device-off', 15, 45), entry('backfilled', 10, 30)])[0]?.completeness).toBe(0.5);
  });

  it('never take a value that is not a number as good', () => {
    expect(minutes([[0, NaN], [1, Infinity], [2, 3]], 60)[0]).toMatchObject({ count: 3, goodCount: 1, mean: 3 });
  });
});

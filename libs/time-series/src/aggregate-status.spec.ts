import { describe, expect, it } from '@jest/globals';
import { columnsFrom, Status } from '@telltale/tag-sample';
import { aggregateStatus } from './aggregate-status.js';
import { bucketObjects, bucketsFrom } from './bucket-series.js';
import { MINUTE_US, rollUpSamples } from './rollup-rows.js';

type Point = readonly [second: number, value: number | null, status?: number];
const { Bad, Uncertain } = Status;
/** Historians 1 and 2 of OPC UA Part 13 Annex A; uncertain counts as bad. */
const HISTORIAN_1: readonly Point[] = [[10, 10], [20, 20], [30, 30], [40, 40, Bad], [50, 50], [60, 60], [70, 70, Uncertain], [80, 80], [90, 90]];
const HISTORIAN_2: readonly Point[] = [[2, 10], [25, 20], [28, 25], [39, 30], [42, null, Bad], [48, 40], [52, 50], [72, 60], [77, 70, Uncertain], [83, 70], [86, 80], [90, 90]];

/** Means and statuses per interval of so many seconds of the Annex, stretched so that an interval is whole minutes. */
function averages(points: readonly Point[], intervalS: number, intervals: number): (readonly [mean: number | null, status: number])[] {
  const widthUs = MINUTE_US * Math.ceil(intervalS / 10);
  const columns = columnsFrom(
    points.map(([second, value, status = Status.Good]) => {
      const timeUs = (second * widthUs) / intervalS;
      return { tagId: 1, value: value ?? NaN, status, sourceTimeUs: timeUs, serverTimeUs: timeUs };
    }),
  );
  const rows = rollUpSamples(columns, 0, columns.tagIds.length, MINUTE_US, []);
  const buckets = bucketObjects(bucketsFrom(rows, { fromUs: 0, toUs: intervals * widthUs }, widthUs, [], columns.sourceTimesUs.at(-1) ?? 0));
  return buckets.map((bucket) => [bucket.mean, aggregateStatus(bucket)]);
}

const good = (mean: number) => [mean, 0x0000_0401] as const;
const subNormal = (mean: number) => [mean, 0x40a4_0401] as const;
const none = [null, 0x809b_0000] as const;

describe('the status of a mean is that of OPC UA Part 13', () => {
  it('where every interval has one sample at most', () => {
    expect(averages(HISTORIAN_1, 5, 20)).toEqual([
      none, none, good(10), none, good(20), none, good(30), none, none, none, good(50), none, good(60), none, none, none, good(80), none, good(90), none,
    ]);
  });

  it('where some have several', () => {
    expect(averages(HISTORIAN_2, 5, 20)).toEqual([
      good(10), none, none, none, none, good(22.5), none, good(30), none, good(40), good(50), none, none, none, good(60), none, good(70), good(80), good(90), none,
    ]);
  });

  it('where good samples stand beside others: too few of them are good, whatever time they cover', () => {
    // Count and quality of the Annex for Minimum and Maximum with 16 s: 1, 2, 1 of 2, 2, 1 of 2, 3 good samples, and none.
    expect(averages(HISTORIAN_2, 16, 7)).toEqual([good(10), good(22.5), subNormal(30), good(45), subNormal(60), good(80), none]);
  });

  it('bad without a mean where samples came and none was good', () => {
    expect(aggregateStatus({ count: 3, goodCount: 0 })).toBe(Status.BadNoData);
  });
});

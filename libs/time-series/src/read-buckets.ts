import type { TenantContext } from '@telltale/tenancy';
import { bucketsFrom } from './bucket-series.js';
import { summariesFrom } from './interval-series.js';
import { readLateChanges } from './late-changes.js';
import { readLatest } from './read-latest.js';
import { readGaps } from './read-continuity.js';
import { readRollups } from './read-rollups.js';
import { HOLD_LIMIT_US, HOUR_US, MINUTE_US, QUARTER_US, RollupRows, type Gaps } from './rollup-rows.js';
import type { TagBuckets, TagSummaries, TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';
import { SeriesQueryError } from './time-series.errors.js';

export const MAX_BUCKETS = 100_000;
const LEVELS = [HOUR_US, QUARTER_US, MINUTE_US] as const;

/** Buckets aligned to 1970-01-01 UTC, from hours, quarters, minutes or raw samples: the coarsest that divides the width. */
export async function readBuckets(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
  bucketSeconds: number,
): Promise<readonly TagBuckets[]> {
  const widthUs = bucketSeconds * 1_000_000;
  if (!(bucketSeconds > 0) || !Number.isInteger(widthUs))
    throw new SeriesQueryError(`${bucketSeconds} s is no bucket`, 'Ask for a width above 0');
  if ((range.toUs - range.fromUs) / widthUs > MAX_BUCKETS) {
    throw new SeriesQueryError(
      `That would be more than ${MAX_BUCKETS} buckets`,
      'Ask for wider buckets or a shorter time',
    );
  }
  const whole = {
    fromUs: Math.floor(range.fromUs / widthUs) * widthUs,
    toUs: Math.ceil(range.toUs / widthUs) * widthUs,
  };
  const base = baseOf(widthUs);
  const tags = await readBase(query, tenant, tagIds, whole, base);
  return tags.map(({ tagId, rows, gaps, newestUs }) => ({ tagId, buckets: bucketsFrom(rows, whole, widthUs, gaps, newestUs, base) }));
}

/** Minutes are added up per tag where they are read, when no bucket goes beyond the hour whose minutes are stored together. */
function baseOf(widthUs: number): number {
  const level = LEVELS.find((known) => widthUs % known === 0) ?? widthUs;
  return level === MINUTE_US && HOUR_US % widthUs === 0 ? widthUs : level;
}

/** Aggregates over intervals of any length on whole minutes, from the coarsest level that divides them all. */
export async function readSummaries(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  intervals: readonly TimeRange[],
): Promise<readonly TagSummaries[]> {
  const edges = intervals.flatMap(({ fromUs, toUs }) => [fromUs, toUs]);
  if (intervals.length > MAX_BUCKETS || intervals.some(({ fromUs, toUs }, i) => !(fromUs < toUs && fromUs >= (intervals[i - 1]?.toUs ?? -Infinity))))
    throw new SeriesQueryError('The intervals are too many, empty, unsorted or overlap', `Ask for at most ${MAX_BUCKETS}, one after the other`);
  const base = LEVELS.find((level) => edges.every((edge) => edge % level === 0));
  if (base === undefined) throw new SeriesQueryError('An interval does not begin and end on a whole minute', 'Round it');
  const whole = { fromUs: edges[0] ?? 0, toUs: edges.at(-1) ?? 0 };
  const [tags, late] = await Promise.all([readBase(query, tenant, tagIds, whole, base), readLateChanges(query, tenant, tagIds, whole)]);
  return tags.map(({ tagId, rows, gaps, newestUs }) => ({ tagId, summaries: summariesFrom(rows, intervals, gaps, newestUs, late.get(tagId) ?? []) }));
}

interface BaseRows {
  readonly tagId: number;
  readonly rows: RollupRows;
  readonly gaps: Gaps;
  /** Time of the tag's newest sample. */
  readonly newestUs: number;
}

/** Rows of each tag over the range and one hold limit before it, all in one snapshot: a sample after the range covers nothing in it. */
async function readBase(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  whole: TimeRange,
  base: number,
): Promise<readonly BaseRows[]> {
  const margin = Math.ceil(HOLD_LIMIT_US / base) * base;
  const wide = { fromUs: whole.fromUs - margin, toUs: whole.toUs };
  const gapsOfTags = readGaps(query, tenant, tagIds, wide);
  // All are sent before the first answer is awaited.
  const [gaps, rows, latest] = await Promise.all([
    gapsOfTags,
    readRollups(query, tenant, tagIds, wide, base, gapsOfTags),
    readLatest(query, tenant, tagIds),
  ]);
  const newest = new Map(latest.map(({ tagId, sourceTimeUs }) => [tagId, sourceTimeUs]));
  // The latest values leave out samples of the future: of a clock that is fast for good only the samples behind tell that there are more.
  const ahead = tagIds.filter((tagId) => lastOf(rows.get(tagId)) > (newest.get(tagId) ?? -Infinity));
  const behind = { fromUs: whole.toUs, toUs: whole.toUs + margin };
  const later = ahead.length === 0 ? rows : await readRollups(query, tenant, ahead, behind, base, gapsOfTags);
  const none = new RollupRows(0);
  return tagIds.map((tagId) => {
    const newestUs = Math.max(newest.get(tagId) ?? -Infinity, lastOf(rows.get(tagId)), lastOf(later.get(tagId)));
    return { tagId, rows: rows.get(tagId) ?? none, gaps: gaps.get(tagId) ?? [], newestUs };
  });
}

const lastOf = (rows: RollupRows | undefined): number => (rows === undefined || rows.length === 0 ? -Infinity : (rows.lastUs[rows.length - 1] ?? -Infinity));

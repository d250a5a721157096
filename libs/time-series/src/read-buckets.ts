import type { TenantContext } from '@telltale/tenancy';
import { bucketsFrom } from './bucket-series.js';
import { gapsOf } from './gaps-of.js';
import { readLatest } from './read-as-of.js';
import { readContinuity } from './read-continuity.js';
import { readRollups } from './read-rollups.js';
import { HOLD_LIMIT_US, HOUR_US, MINUTE_US, QUARTER_US, RollupRows } from './rollup-rows.js';
import type { TagBuckets, TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';
import { SeriesQueryError } from './time-series.errors.js';

export const MAX_BUCKETS = 100_000;

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
  const base = [HOUR_US, QUARTER_US, MINUTE_US].find((level) => widthUs % level === 0) ?? widthUs;
  const margin = Math.ceil(HOLD_LIMIT_US / base) * base;
  const wide = { fromUs: whole.fromUs - margin, toUs: whole.toUs + margin };
  const gapsOfTags = readContinuity(query, tenant, tagIds, wide).then((entries) => {
    const perTag = Map.groupBy(entries, ({ tagId }) => tagId);
    return new Map([...perTag].map(([tagId, own]) => [tagId, gapsOf(own)]));
  });
  // All are sent before the first answer is awaited.
  const [gaps, rows, latest] = await Promise.all([
    gapsOfTags,
    readRollups(query, tenant, tagIds, wide, base, gapsOfTags),
    readLatest(query, tenant, tagIds),
  ]);
  const newest = new Map(latest.map(({ tagId, sourceTimeUs }) => [tagId, sourceTimeUs]));
  const none = new RollupRows(0);
  return tagIds.map((tagId) => {
    const own = rows.get(tagId) ?? none;
    const lastUs = own.length > 0 ? (own.lastUs[own.length - 1] ?? 0) : -Infinity;
    const newestUs = Math.max(newest.get(tagId) ?? -Infinity, lastUs);
    return { tagId, buckets: bucketsFrom(own, whole, widthUs, gaps.get(tagId) ?? [], newestUs, base) };
  });
}

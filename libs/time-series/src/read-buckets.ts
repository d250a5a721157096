import type { SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { bucketsFrom } from './bucket-series.js';
import { gapsOf } from './gaps-of.js';
import { readLatest } from './read-as-of.js';
import { readContinuity } from './read-continuity.js';
import { blockSamples, readSamples } from './read-samples.js';
import {
  combineRollups,
  HOLD_LIMIT_US,
  HOUR_US,
  hourRollupsOf,
  MINUTE_US,
  rollupsOf,
  type Gaps,
  type RollupRow,
} from './rollup-row.js';
import { readRollups } from './rollup-table.js';
import type { Bucket, TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';
import { SeriesQueryError } from './time-series.errors.js';

export const MAX_BUCKETS = 100_000;

/** Buckets aligned to 1970-01-01 UTC, from hour rows, minute rows or raw samples: the coarsest that divides the width. */
export async function readBuckets(
  query: Query,
  tenant: TenantContext,
  tagId: number,
  range: TimeRange,
  bucketSeconds: number,
): Promise<readonly Bucket[]> {
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
  if (whole.toUs <= whole.fromUs) return [];
  const base = widthUs % HOUR_US === 0 ? HOUR_US : widthUs % MINUTE_US === 0 ? MINUTE_US : widthUs;
  const margin = Math.ceil(HOLD_LIMIT_US / base) * base;
  const wide = { fromUs: whole.fromUs - margin, toUs: whole.toUs + margin };
  const gaps = gapsOf(await readContinuity(query, tenant, [tagId], wide));
  const stored = base === HOUR_US || base === MINUTE_US;
  const rows = stored
    ? await storedRows(query, tenant, tagId, wide, base, gaps)
    : await rawRows(query, tenant, tagId, wide, widthUs, gaps);
  const [latest] = await readLatest(query, tenant, [tagId]);
  return bucketsFrom(
    rows,
    whole,
    widthUs,
    gaps,
    Math.max(latest?.sourceTimeUs ?? -Infinity, rows.at(-1)?.lastUs ?? -Infinity),
  );
}

async function rawRows(
  query: Query,
  tenant: TenantContext,
  tagId: number,
  range: TimeRange,
  widthUs: number,
  gaps: Gaps,
): Promise<RollupRow[]> {
  const columns = await readSamples(query, tenant, [tagId], range);
  return rollupsOf(columns, 0, columns.tagIds.length, widthUs, gaps);
}

/** Stored rows; those that a fresh sample or a declared gap concerns are computed from the samples instead. */
async function storedRows(
  query: Query,
  tenant: TenantContext,
  tagId: number,
  range: TimeRange,
  base: number,
  gaps: Gaps,
): Promise<RollupRow[]> {
  const fresh = await blockSamples(query, tenant, [tagId], range);
  const rows = new Map<number, RollupRow>();
  if (base === HOUR_US) {
    for (const row of await hourRows(query, tenant, tagId, range)) rows.set(row.bucketUs, row);
  } else {
    for (const row of await readRollups(query, tenant, 'rollup_1m', tagId, range.fromUs, range.toUs))
      rows.set(row.bucketUs, row);
  }
  const renewed = new Set(Array.from(fresh.sourceTimesUs, (time) => Math.floor(time / base) * base));
  for (const row of rows.values()) {
    if (gaps.some(([from, to]) => from < row.lastUs && to > row.firstUs)) renewed.add(row.bucketUs);
  }
  for (const stretch of stretchesOf(renewed, base)) {
    const columns = await readSamples(query, tenant, [tagId], stretch);
    for (const row of rowsOf(columns, base, gaps)) rows.set(row.bucketUs, row);
  }
  return [...rows.values()].toSorted((a, b) => a.bucketUs - b.bucketUs);
}

/** Hour rows, and for hours that are still open the sum of their minute rows. */
async function hourRows(query: Query, tenant: TenantContext, tagId: number, range: TimeRange): Promise<RollupRow[]> {
  const hours = await readRollups(query, tenant, 'rollup_1h', tagId, range.fromUs, range.toUs);
  const known = new Set(hours.map(({ bucketUs }) => bucketUs));
  const missing = new Set<number>();
  for (let hour = range.fromUs; hour < range.toUs; hour += HOUR_US) if (!known.has(hour)) missing.add(hour);
  for (const { fromUs, toUs } of stretchesOf(missing, HOUR_US)) {
    const minutes = await readRollups(query, tenant, 'rollup_1m', tagId, fromUs, toUs);
    for (const [bucketUs, rows] of Map.groupBy(minutes, (row) => Math.floor(row.bucketUs / HOUR_US) * HOUR_US)) {
      hours.push(combineRollups(rows, bucketUs));
    }
  }
  return hours;
}

function rowsOf(columns: SampleColumns, base: number, gaps: Gaps): RollupRow[] {
  const count = columns.tagIds.length;
  return base === HOUR_US ? hourRollupsOf(columns, 0, count, gaps) : rollupsOf(columns, 0, count, base, gaps);
}

/** Neighbouring buckets as one range each. */
function stretchesOf(buckets: ReadonlySet<number>, base: number): TimeRange[] {
  const stretches: { fromUs: number; toUs: number }[] = [];
  for (const bucket of [...buckets].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last?.toUs === bucket) last.toUs = bucket + base;
    else stretches.push({ fromUs: bucket, toUs: bucket + base });
  }
  return stretches;
}

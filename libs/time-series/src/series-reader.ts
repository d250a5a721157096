import { sliceColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { bucketObjects } from './bucket-series.js';
import { interpolatedAt } from './interpolate.js';
import { readAsOf } from './read-as-of.js';
import { readLatest } from './read-latest.js';
import { readBuckets, readSummaries } from './read-buckets.js';
import { readCurves } from './read-curves.js';
import { readContinuity, readContinuitySince } from './read-continuity.js';
import { readPieces } from './read-pieces.js';
import { readSamples, silentUntil } from './read-samples.js';
import { tagRuns } from './sample-order.js';
import { DAY_US } from './rollup-rows.js';
import type { SeriesReader } from './series-contract.js';
import { SeriesDatabase, type Query, type SeriesDatabaseOptions } from './series-database.js';

/** Chunks and not yet folded blocks together, in one snapshot per call. */
export function openSeriesReader(
  url: string,
  options: SeriesDatabaseOptions = {},
): SeriesReader & { close(): Promise<void> } {
  const database = new SeriesDatabase(url, { applicationName: 'telltale reader', ...options });
  const read = <T>(tenant: TenantContext, work: (query: Query) => Promise<T>): Promise<T> =>
    database.inTenant(tenant, 'snapshot', work);
  return {
    raw: async (tenant, tagIds, range) => {
      if (tagIds.length === 0) return [];
      const columns = await read(tenant, (query) => readSamples(query, tenant, tagIds, range));
      return tagRuns(columns).map(({ tagId, from, to }) => ({ tagId, samples: sliceColumns(columns, from, to) }));
    },
    pieces: (tenant, tagId, range) => readPieces(
        range,
        (piece) => read(tenant, (query) => readSamples(query, tenant, [tagId], piece)),
        (fromUs) => read(tenant, (query) => silentUntil(query, tenant, tagId, fromUs)),
      ),
    curves: async (tenant, tagIds, range, most, thinning) =>
      tagIds.length === 0 ? [] : read(tenant, (query) => readCurves(query, tenant, tagIds, range, { most, thinning })),
    buckets: async (tenant, tagId, range, bucketSeconds) => {
      const [only] = await read(tenant, (query) => readBuckets(query, tenant, [tagId], range, bucketSeconds));
      return only === undefined ? [] : bucketObjects(only.buckets);
    },
    bucketsOfTags: async (tenant, tagIds, range, bucketSeconds) =>
      tagIds.length === 0 ? [] : read(tenant, (query) => readBuckets(query, tenant, tagIds, range, bucketSeconds)),
    summaries: async (tenant, tagIds, intervals) =>
      tagIds.length === 0 || intervals.length === 0
        ? tagIds.map((tagId) => ({ tagId, summaries: [] }))
        : read(tenant, (query) => readSummaries(query, tenant, tagIds, intervals)),
    latest: async (tenant, tagIds) =>
      tagIds.length === 0 ? [] : read(tenant, (query) => readLatest(query, tenant, tagIds)),
    asOf: async (tenant, tagIds, atUs) =>
      tagIds.length === 0 ? [] : read(tenant, (query) => readAsOf(query, tenant, tagIds, atUs)),
    interpolated: async (tenant, tagId, timesUs, options) => {
      const [first, last] = [timesUs[0], timesUs.at(-1)];
      if (first === undefined || last === undefined) return [];
      const around = { fromUs: first - DAY_US, toUs: last + DAY_US };
      return interpolatedAt(await read(tenant, (query) => readSamples(query, tenant, [tagId], around)), timesUs, options);
    },
    continuity: async (tenant, tagIds, range) =>
      tagIds.length === 0 ? [] : read(tenant, (query) => readContinuity(query, tenant, tagIds, range)),
    continuitySince: (tenant, recordedAfterUs) =>
      read(tenant, (query) => readContinuitySince(query, tenant, recordedAfterUs)),
    close: () => database.close(),
  };
}

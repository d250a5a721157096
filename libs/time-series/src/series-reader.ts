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

export type SeriesRead = Exclude<keyof SeriesReader, 'continuitySince'>;

export interface SeriesReaderOptions extends SeriesDatabaseOptions {
  /** Told of every read that was answered, of pieces for each piece: the wait for a connection counts. */
  readonly onRead?: (read: SeriesRead, seconds: number) => void;
}

/** Chunks and not yet folded blocks together, in one snapshot per call. */
export function openSeriesReader(
  url: string,
  { onRead = (): void => undefined, ...options }: SeriesReaderOptions = {},
): SeriesReader & { close(): Promise<void> } {
  const database = new SeriesDatabase(url, { applicationName: 'telltale reader', ...options });
  const read = async <T>(what: SeriesRead, tenant: TenantContext, work: (query: Query) => Promise<T>): Promise<T> => {
    const started = performance.now();
    const answer = await database.inTenant(tenant, 'snapshot', work);
    onRead(what, (performance.now() - started) / 1_000);
    return answer;
  };
  return {
    raw: async (tenant, tagIds, range) => {
      if (tagIds.length === 0) return [];
      const columns = await read('raw', tenant, (query) => readSamples(query, tenant, tagIds, range));
      return tagRuns(columns).map(({ tagId, from, to }) => ({ tagId, samples: sliceColumns(columns, from, to) }));
    },
    pieces: (tenant, tagId, range) => readPieces(
        range,
        (piece) => read('pieces', tenant, (query) => readSamples(query, tenant, [tagId], piece)),
        (fromUs) => read('pieces', tenant, (query) => silentUntil(query, tenant, tagId, fromUs)),
      ),
    curves: async (tenant, tagIds, range, most, thinning) =>
      tagIds.length === 0 ? [] : read('curves', tenant, (query) => readCurves(query, tenant, tagIds, range, { most, thinning })),
    buckets: async (tenant, tagId, range, bucketSeconds) => {
      const [only] = await read('buckets', tenant, (query) => readBuckets(query, tenant, [tagId], range, bucketSeconds));
      return only === undefined ? [] : bucketObjects(only.buckets);
    },
    bucketsOfTags: async (tenant, tagIds, range, bucketSeconds) =>
      tagIds.length === 0 ? [] : read('bucketsOfTags', tenant, (query) => readBuckets(query, tenant, tagIds, range, bucketSeconds)),
    summaries: async (tenant, tagIds, intervals) =>
      tagIds.length === 0 || intervals.length === 0
        ? tagIds.map((tagId) => ({ tagId, summaries: [] }))
        : read('summaries', tenant, (query) => readSummaries(query, tenant, tagIds, intervals)),
    latest: async (tenant, tagIds) =>
      tagIds.length === 0 ? [] : read('latest', tenant, (query) => readLatest(query, tenant, tagIds)),
    asOf: async (tenant, tagIds, atUs) =>
      tagIds.length === 0 ? [] : read('asOf', tenant, (query) => readAsOf(query, tenant, tagIds, atUs)),
    interpolated: async (tenant, tagId, timesUs, options) => {
      const [first, last] = [timesUs[0], timesUs.at(-1)];
      if (first === undefined || last === undefined) return [];
      const around = { fromUs: first - DAY_US, toUs: last + DAY_US };
      return interpolatedAt(await read('interpolated', tenant, (query) => readSamples(query, tenant, [tagId], around)), timesUs, options);
    },
    continuity: async (tenant, tagIds, range) =>
      tagIds.length === 0 ? [] : read('continuity', tenant, (query) => readContinuity(query, tenant, tagIds, range)),
    continuitySince: (tenant, recordedAfterUs) =>
      read('continuity', tenant, (query) => readContinuitySince(query, tenant, recordedAfterUs)),
    close: () => database.close(),
  };
}

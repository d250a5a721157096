import { createHash } from 'node:crypto';
import type { ShiftInterval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';
import type { Bucket, SeriesReader } from '@telltale/time-series';
import type { TenantContext } from '@telltale/tenancy';

const BUCKET_S = 300;
const BUCKET_US = BUCKET_S * 1e6;

/**
 * A mark per shift, by its start, that changes when samples of these tags came into it: late batches need not announce themselves. Read
 * from the historian's aggregates, so that shifts in which nothing changed are not read sample by sample again.
 */
export async function shiftMarks(series: SeriesReader, tenant: TenantContext, tagIds: readonly number[], shifts: readonly ShiftInterval[]): Promise<ReadonlyMap<TimeUs, string>> {
  if (shifts.length === 0) return new Map();
  const range = { fromUs: Math.min(...shifts.map(({ startUs }) => startUs)), toUs: Math.max(...shifts.map(({ endUs }) => endUs)) + 1 };
  const hashes = new Map(shifts.map(({ startUs }) => [startUs, createHash('sha256')]));
  for (const { startUs } of shifts) {
    // What held at the begin of the shift may have come late, too.
    const before = await series.asOf(tenant, tagIds, startUs);
    hashes.get(startUs)?.update(JSON.stringify(before.toSorted((a, b) => a.tagId - b.tagId)));
  }
  for (const tagId of tagIds) {
    const buckets = await series.buckets(tenant, tagId, range, BUCKET_S);
    for (const { startUs, endUs } of shifts) {
      const own = buckets.filter((bucket) => bucket.startUs + BUCKET_US > startUs && bucket.startUs <= endUs);
      hashes.get(startUs)?.update(`${tagId}:${own.map(figures).join(';')}`);
    }
  }
  return new Map([...hashes].map(([startUs, hash]) => [startUs, hash.digest('base64url')]));
}

/** The mean is rounded: the order in which samples are added up is nobody's business. */
const figures = ({ startUs, count, goodCount, min, max, first, last, mean }: Bucket): string =>
  count === 0 ? '' : [startUs, count, goodCount, min, max, first, last, mean?.toPrecision(9)].join();

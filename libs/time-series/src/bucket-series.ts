import { coveredUntil, rollUpRows, startsEvery, type Gaps, type RollupRows } from './rollup-rows.js';
import type { Bucket, BucketColumns, TimeRange } from './series-contract.js';

/**
 * Every bucket of the range, also the empty ones, from finer rows of one tag, oldest first. The rows should begin one
 * hold limit before the range, because a good sample covers time until the next one (HOLD_LIMIT_US), also across buckets.
 * `newestUs` is the time of the tag's newest sample: the newest one covers nothing yet. `rowWidthUs`: when all rows have one width.
 */
export function bucketsFrom(
  rows: RollupRows,
  range: TimeRange,
  widthUs: number,
  gaps: Gaps,
  newestUs: number,
  rowWidthUs = 0,
): BucketColumns {
  const startUs = Math.floor(range.fromUs / widthUs) * widthUs;
  const length = Math.max(0, Math.ceil((range.toUs - startUs) / widthUs));
  const buckets = emptyBuckets(startUs, widthUs, length);
  coverTime(buckets, rows, gaps, newestUs);
  const coarse = rowWidthUs === widthUs ? rows : rollUpRows(rows, startsEvery(widthUs));
  const last = coarse.indexAt(startUs + length * widthUs);
  for (let row = coarse.indexAt(startUs); row < last; row++) {
    const index = ((coarse.bucketUs[row] ?? 0) - startUs) / widthUs;
    const good = coarse.good[row] ?? 0;
    buckets.count[index] = coarse.n[row] ?? 0;
    buckets.goodCount[index] = good;
    if (good === 0) continue;
    buckets.min[index] = coarse.min[row] ?? NaN;
    buckets.max[index] = coarse.max[row] ?? NaN;
    buckets.mean[index] = (coarse.sum[row] ?? NaN) / good;
    buckets.first[index] = coarse.first[row] ?? NaN;
    buckets.last[index] = coarse.last[row] ?? NaN;
  }
  return buckets;
}

function emptyBuckets(startUs: number, widthUs: number, length: number): BucketColumns {
  const memory = new ArrayBuffer(length * 56);
  const column = (index: number): Float64Array => new Float64Array(memory, index * length * 8, length);
  new Float64Array(memory, 0, length * 5).fill(NaN);
  return {
    startUs,
    widthUs,
    count: new Int32Array(memory, length * 48, length),
    goodCount: new Int32Array(memory, length * 52, length),
    min: column(0),
    max: column(1),
    mean: column(2),
    first: column(3),
    last: column(4),
    completeness: column(5),
  };
}

/** Turns `completeness` from nothing into the share of each bucket that good samples cover. */
function coverTime({ startUs, widthUs, completeness }: BucketColumns, rows: RollupRows, gaps: Gaps, newestUs: number): void {
  const length = completeness.length;
  const endUs = startUs + length * widthUs;
  for (let i = 0; i < rows.length; i++) {
    const bucketUs = rows.bucketUs[i] ?? 0;
    if (bucketUs >= startUs && bucketUs < endUs) {
      const index = Math.floor((bucketUs - startUs) / widthUs);
      completeness[index] = (completeness[index] ?? 0) + (rows.heldUs[i] ?? 0);
    }
    const lastUs = rows.lastUs[i] ?? 0;
    if (rows.lastGood[i] !== 1 || lastUs >= newestUs) continue;
    const until = Math.min(endUs, coveredUntil(lastUs, i + 1 < rows.length ? (rows.firstUs[i + 1] ?? 0) : Infinity, gaps));
    for (let at = Math.max(startUs, lastUs); at < until;) {
      const index = Math.floor((at - startUs) / widthUs);
      const end = Math.min(until, startUs + (index + 1) * widthUs);
      completeness[index] = (completeness[index] ?? 0) + end - at;
      at = end;
    }
  }
  for (let i = 0; i < length; i++) completeness[i] = Math.min(1, (completeness[i] ?? 0) / widthUs);
}

/** One object per bucket, `null` where it has no good sample. */
export function bucketObjects(columns: BucketColumns): Bucket[] {
  return Array.from(columns.count, (count, i): Bucket => {
    const goodCount = columns.goodCount[i] ?? 0;
    const of = (values: Float64Array): number | null => (goodCount > 0 ? (values[i] ?? null) : null);
    return {
      startUs: columns.startUs + i * columns.widthUs,
      count,
      goodCount,
      min: of(columns.min),
      max: of(columns.max),
      mean: of(columns.mean),
      first: of(columns.first),
      last: of(columns.last),
      completeness: columns.completeness[i] ?? 0,
    };
  });
}

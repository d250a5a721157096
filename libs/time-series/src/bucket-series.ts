import { combineRollups, coveredUntil, type Gaps, type RollupRow } from './rollup-row.js';
import type { Bucket, TimeRange } from './series-contract.js';

/**
 * Every bucket of the range, also the empty ones, from finer rows of one tag, oldest first. The rows should begin and end one
 * hold limit outside the range, because a good sample covers time until the next one (HOLD_LIMIT_US), also across buckets.
 * `newestUs` is the time of the tag's newest sample: the newest one covers nothing yet.
 */
export function bucketsFrom(
  rows: readonly RollupRow[],
  range: TimeRange,
  widthUs: number,
  gaps: Gaps,
  newestUs: number,
): Bucket[] {
  const startUs = Math.floor(range.fromUs / widthUs) * widthUs;
  const count = Math.max(0, Math.ceil((range.toUs - startUs) / widthUs));
  const indexOf = (timeUs: number): number => Math.floor((timeUs - startUs) / widthUs);
  const covered = new Float64Array(count);
  const members: RollupRow[][] = Array.from({ length: count }, () => []);
  rows.forEach((row, i) => {
    const index = indexOf(row.bucketUs);
    members[index]?.push(row);
    if (index >= 0 && index < count) covered[index] = (covered[index] ?? 0) + row.heldUs;
    if (!row.lastGood || row.lastUs >= newestUs) return;
    const until = coveredUntil(row.lastUs, rows[i + 1]?.firstUs ?? Infinity, gaps);
    for (let at = row.lastUs; at < until;) {
      const bucket = indexOf(at);
      const end = Math.min(until, startUs + (bucket + 1) * widthUs);
      if (bucket >= 0 && bucket < count) covered[bucket] = (covered[bucket] ?? 0) + end - at;
      at = end;
    }
  });
  return members.map((own, index) =>
    bucketOf(own, startUs + index * widthUs, Math.min(1, (covered[index] ?? 0) / widthUs)),
  );
}

function bucketOf(rows: readonly RollupRow[], startUs: number, completeness: number): Bucket {
  if (rows.length === 0) {
    return { startUs, count: 0, goodCount: 0, min: null, max: null, mean: null, first: null, last: null, completeness };
  }
  const { n, good, min, max, sum, first, last } = combineRollups(rows, startUs);
  return {
    startUs,
    count: n,
    goodCount: good,
    min,
    max,
    mean: good > 0 ? sum / good : null,
    first,
    last,
    completeness,
  };
}

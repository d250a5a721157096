import { coveredUntil, rollUpRows, type Gaps, type RollupRows } from './rollup-rows.js';
import { revisionsOf, type LateChange } from './late-changes.js';
import type { IntervalSummary, TimeRange } from './series-contract.js';

/**
 * One bucket per interval, from finer rows of one tag, oldest first, none of which crosses the edge of an interval. The intervals
 * are sorted and disjoint, of any length; the rows should begin one hold limit before them.
 */
export function summariesFrom(
  rows: RollupRows,
  intervals: readonly TimeRange[],
  gaps: Gaps,
  newestUs: number,
  lateChanges: readonly LateChange[],
): IntervalSummary[] {
  const covered = coveredTimes(rows, intervals, gaps, newestUs);
  const startOf = (bucketUs: number): number => {
    const interval = intervals[indexAt(intervals, bucketUs)];
    return interval !== undefined && bucketUs < interval.toUs ? interval.fromUs : bucketUs;
  };
  const coarse = rollUpRows(rows, startOf);
  const revisions = revisionsOf(intervals, lateChanges);
  return intervals.map(({ fromUs, toUs }, i): IntervalSummary => {
    const row = coarse.indexAt(fromUs);
    const found = row < coarse.length && coarse.bucketUs[row] === fromUs;
    const goodCount = found ? (coarse.good[row] ?? 0) : 0;
    const of = (values: Float64Array): number | null => (goodCount > 0 ? (values[row] ?? null) : null);
    const sum = of(coarse.sum);
    return {
      startUs: fromUs,
      endUs: toUs,
      count: found ? (coarse.n[row] ?? 0) : 0,
      goodCount,
      min: of(coarse.min),
      max: of(coarse.max),
      mean: sum === null ? null : sum / goodCount,
      first: of(coarse.first),
      last: of(coarse.last),
      completeness: Math.min(1, (covered[i] ?? 0) / (toUs - fromUs)),
      revision: revisions[i]?.revision ?? 0,
      revisedAtUs: revisions[i]?.revisedAtUs ?? null,
    };
  });
}

/** Index of the last interval that begins at or before a time; -1 when there is none. */
function indexAt(intervals: readonly TimeRange[], timeUs: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle]?.fromUs ?? Infinity) <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function coveredTimes(rows: RollupRows, intervals: readonly TimeRange[], gaps: Gaps, newestUs: number): Float64Array {
  const covered = new Float64Array(intervals.length);
  const add = (index: number, us: number): void => {
    if (us > 0) covered[index] = (covered[index] ?? 0) + us;
  };
  for (let i = 0; i < rows.length; i++) {
    const bucketUs = rows.bucketUs[i] ?? 0;
    const own = indexAt(intervals, bucketUs);
    if (own >= 0 && bucketUs < (intervals[own]?.toUs ?? 0)) add(own, rows.heldUs[i] ?? 0);
    const lastUs = rows.lastUs[i] ?? 0;
    if (rows.lastGood[i] !== 1 || lastUs >= newestUs) continue;
    const until = coveredUntil(lastUs, i + 1 < rows.length ? (rows.firstUs[i + 1] ?? 0) : Infinity, gaps);
    for (let at = Math.max(0, indexAt(intervals, lastUs)); at < intervals.length; at++) {
      const interval = intervals[at];
      if (interval === undefined || interval.fromUs >= until) break;
      add(at, Math.min(until, interval.toUs) - Math.max(lastUs, interval.fromUs));
    }
  }
  return covered;
}

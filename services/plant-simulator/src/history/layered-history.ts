import type { RingHistory } from './ring-history.js';
import type { TagHistory } from './tag-history.js';

/** The recent past in full, the older past in minutes: both rings hold the same columns. */
export function layeredHistory(fine: RingHistory, coarse: RingHistory, column: number): TagHistory {
  return {
    read(fromUs, toUs, limit) {
      const seamUs = fine.oldestUs ?? Number.POSITIVE_INFINITY;
      const older = fromUs < seamUs ? coarse.column(column).read(fromUs, Math.min(toUs, seamUs), limit) : [];
      if (older.length >= limit || toUs <= seamUs) return older;
      return [...older, ...fine.column(column).read(Math.max(fromUs, seamUs), toUs, limit - older.length)];
    },
  };
}

import type { TimeUs } from '@telltale/tag-sample';
import type { ContinuityEntry, TimeRange } from '@telltale/time-series';

const LONGEST_WAIT_MS = 60_000;

/** Knows when history came in behind a detector's back, and when it has all come. */
export class BackfillWatch {
  private ranges: TimeRange[] = [];
  private readonly seen = new Set<string>();
  private firstMs = 0;
  private lastMs = 0;
  private newestUs = 0;

  constructor(private readonly quietMs: number) {}

  /** Entries recorded up to here were considered before a restart. */
  startFrom(recordedUs: TimeUs): void {
    this.newestUs = Math.max(this.newestUs, recordedUs);
  }

  /** Recording time of the newest entry that was considered. */
  get seenUs(): TimeUs {
    return this.newestUs;
  }

  notice(entries: readonly ContinuityEntry[], processedUs: TimeUs | null, nowMs: number): void {
    for (const entry of entries) {
      const key = `${entry.tagId}/${entry.fromUs}/${entry.toUs}/${entry.recordedAtUs}`;
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      this.newestUs = Math.max(this.newestUs, entry.recordedAtUs);
      if (entry.kind !== 'backfilled' || processedUs === null || entry.fromUs >= processedUs) continue;
      if (this.ranges.length === 0) this.firstMs = nowMs;
      this.lastMs = nowMs;
      this.ranges.push({ fromUs: entry.fromUs, toUs: entry.toUs });
    }
    if (this.seen.size > 20_000) this.seen.clear();
  }

  /** History came, and then none for a while; or it has been coming for so long that the detector should have some of it. */
  isDue(nowMs: number): boolean {
    return this.ranges.length > 0 && (nowMs - this.lastMs >= this.quietMs || nowMs - this.firstMs >= LONGEST_WAIT_MS);
  }

  take(): readonly TimeRange[] {
    const { ranges } = this;
    this.ranges = [];
    return ranges;
  }
}

import type { TimeUs } from '@telltale/tag-sample';
import type { ContinuityEntry, TimeRange } from '@telltale/time-series';

const LONGEST_WAIT_MS = 60_000;

interface Pending extends TimeRange {
  readonly recordedAtUs: TimeUs;
}

/** Knows when history came in behind a detector's back, and when it has all come. */
export class BackfillWatch {
  private pending: Pending[] = [];
  private readonly seen = new Set<string>();
  private firstMs = 0;
  private lastMs = 0;
  private newestUs = 0;

  constructor(private readonly quietMs: number) {}

  /** Begins again behind the entries that a checkpoint has considered. */
  restart(recordedUs: TimeUs): void {
    this.pending = [];
    this.seen.clear();
    this.newestUs = recordedUs;
  }

  /** Everything recorded up to here was read. */
  get readThroughUs(): TimeUs {
    return this.newestUs;
  }

  /** Everything recorded up to here is in the detector: what a restart need not read again. */
  get settledUs(): TimeUs {
    return this.pending.reduce((least, { recordedAtUs }) => Math.min(least, recordedAtUs - 1), this.newestUs);
  }

  /** Entries of the tenant; those of tags in `own` that lie before `processedUs` make the detector learn anew. */
  notice(
    entries: readonly ContinuityEntry[],
    own: ReadonlySet<number>,
    processedUs: TimeUs | null,
    nowMs: number,
  ): void {
    for (const entry of entries) {
      this.newestUs = Math.max(this.newestUs, entry.recordedAtUs);
      if (entry.kind !== 'backfilled' || !own.has(entry.tagId)) continue;
      const key = `${entry.tagId}/${entry.fromUs}/${entry.toUs}/${entry.recordedAtUs}`;
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      if (processedUs === null || entry.fromUs >= processedUs) continue;
      if (this.pending.length === 0) this.firstMs = nowMs;
      this.lastMs = nowMs;
      this.pending.push(entry);
    }
  }

  /** History came, and then none for a while; or it has been coming for so long that the detector should have some of it. */
  isDue(nowMs: number): boolean {
    return this.pending.length > 0 && (nowMs - this.lastMs >= this.quietMs || nowMs - this.firstMs >= LONGEST_WAIT_MS);
  }

  take(): readonly TimeRange[] {
    const { pending } = this;
    this.pending = [];
    return pending;
  }
}

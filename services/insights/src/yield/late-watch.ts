import type { Interval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';
import type { ContinuityEntry } from '@telltale/time-series';
import { RECORDING_MARGIN_US } from '../recording-margin.js';

interface Pending {
  readonly stretch: Interval;
  readonly recordedAtUs: TimeUs;
}

/** Stretches of a line's time that came late or were declared missing, until the shifts that they touch are worked out. */
export class LateWatch {
  private pending: readonly Pending[] = [];
  private readonly seen = new Map<string, TimeUs>();

  /** `readThroughUs`: entries recorded up to here were considered before. */
  constructor(private newestUs: TimeUs) {}

  /** Entries recorded after this moment are to be noticed; a few of them again. */
  get lookFromUs(): TimeUs {
    return Math.max(0, this.newestUs - RECORDING_MARGIN_US);
  }

  /** Everything recorded up to here is worked in: what a restart need not consider again. */
  get settledUs(): TimeUs {
    return this.pending.reduce((least, { recordedAtUs }) => Math.min(least, recordedAtUs - 1), this.newestUs);
  }

  get stretches(): readonly Interval[] {
    return this.pending.map(({ stretch }) => stretch);
  }

  /** Entries of the tenant; each of a tag in `own` is kept once. */
  notice(entries: readonly ContinuityEntry[], own: ReadonlySet<number>): void {
    const fromUs = this.lookFromUs;
    const added: Pending[] = [];
    for (const { tagId, kind, fromUs: startUs, toUs: endUs, recordedAtUs } of entries) {
      if (recordedAtUs <= fromUs) continue;
      this.newestUs = Math.max(this.newestUs, recordedAtUs);
      const key = `${tagId}/${kind}/${startUs}/${endUs}/${recordedAtUs}`;
      if (!own.has(tagId) || this.seen.has(key)) continue;
      this.seen.set(key, recordedAtUs);
      added.push({ stretch: { startUs, endUs }, recordedAtUs });
    }
    this.pending = [...this.pending, ...added];
    for (const [key, recordedAtUs] of this.seen) if (recordedAtUs <= this.lookFromUs) this.seen.delete(key);
  }

  /** The shifts of these stretches are worked out. */
  settle(stretches: readonly Interval[]): void {
    this.pending = this.pending.filter(({ stretch }) => !stretches.includes(stretch));
  }
}

import type { SpoolRecord } from '@telltale/edge-spool';
import type { ContinuityRow, TimeUs } from '@telltale/tag-sample';
import { z } from 'zod';
import { bookmarkAs } from '../bookmark-text.js';

/** Neighbouring batches may change places; only what waited longer than this came late. */
const OVERTAKEN_BY_US = 10_000_000;
/** The stretch is over when nothing late was sent for so long. */
const QUIET_MS = 5_000;
const RESTART_MS = 30_000;
const GAPS_KEPT = 500;

export const LATE_BOOKMARK = 'drain/late';
export const LATE_REASON = 'Delivered late: the platform could not be reached.';

const Range = z.strictObject({ fromUs: z.number(), toUs: z.number() });
const Saved = z.strictObject({ stretch: Range, gaps: z.array(Range) });
type Range = z.infer<typeof Range>;
type Handed = Pick<SpoolRecord, 'epoch' | 'seq' | 'lane' | 'lost' | 'attempts' | 'createdUs' | 'fromUs' | 'toUs'>;

/**
 * After a long outage fresh batches overtake those that waited. Whoever follows the newest data does not look back for the
 * late ones, so the stretch is declared as backfilled when all of it is committed. What was never measured in it is left out:
 * a backfilled row takes gaps away.
 */
export class LateDelivery {
  private stretch: Range | null = null;
  private gaps: Range[] = [];
  private newestCreatedUs = -Infinity;
  private last: { readonly epoch: number; readonly seq: number } | null = null;
  private lastAtMs = -Infinity;

  /** `saved`: what `text` gave before a restart. */
  constructor(saved: string | undefined, nowMs: number) {
    const known = saved === undefined ? undefined : bookmarkAs(Saved, saved);
    if (known === undefined) return;
    this.stretch = known.stretch;
    this.gaps = known.gaps;
    // Which record was the last is forgotten: it is one of those that the restarted gateway sends first.
    this.lastAtMs = nowMs + RESTART_MS;
  }

  /** For the bookmark; null when nothing is late. */
  get text(): string | null {
    return this.stretch && JSON.stringify({ stretch: this.stretch, gaps: this.gaps } satisfies z.infer<typeof Saved>);
  }

  /** Each record as it is handed out, in that order. */
  handedOut({ epoch, seq, lane, lost, attempts, createdUs, fromUs, toUs }: Handed, nowMs: number): void {
    if (lost) this.declared([{ fromUs: lost.fromUs, toUs: lost.toUs, kind: 'gap' }]);
    if (lost || lane !== 'live' || attempts > 0) return;
    if (createdUs >= this.newestCreatedUs - OVERTAKEN_BY_US) {
      this.newestCreatedUs = Math.max(this.newestCreatedUs, createdUs);
      return;
    }
    this.stretch = { fromUs: Math.min(fromUs, this.stretch?.fromUs ?? fromUs), toUs: Math.max(toUs, this.stretch?.toUs ?? toUs) };
    this.last = { epoch, seq };
    this.lastAtMs = nowMs;
  }

  /** Rows that travel with the batches. */
  declared(rows: readonly Pick<ContinuityRow, 'fromUs' | 'toUs' | 'kind'>[]): void {
    for (const { fromUs, toUs, kind } of rows) if (kind !== 'backfilled' && toUs > fromUs) this.gaps.push({ fromUs, toUs });
    if (this.gaps.length > GAPS_KEPT) this.gaps = united(this.gaps).slice(-GAPS_KEPT / 2);
  }

  committed({ epoch, seq }: { readonly epoch: number; readonly seq: number }): void {
    if (this.last?.epoch === epoch && this.last.seq <= seq) this.last = null;
  }

  /** What came late, once all of it is committed; null while it is not, or nothing was late. */
  whole(nowMs: number): readonly Range[] | null {
    const { stretch } = this;
    if (stretch === null || this.last !== null || nowMs - this.lastAtMs < QUIET_MS) return null;
    let beginUs: TimeUs = stretch.fromUs;
    const parts: Range[] = [];
    for (const gap of [...united(this.gaps), { fromUs: stretch.toUs, toUs: stretch.toUs }]) {
      if (Math.min(gap.fromUs, stretch.toUs) > beginUs) parts.push({ fromUs: beginUs, toUs: Math.min(gap.fromUs, stretch.toUs) });
      beginUs = Math.max(beginUs, gap.toUs);
    }
    return parts;
  }

  /** It was declared. */
  settled(): void {
    this.stretch = null;
    this.gaps = [];
  }
}

function united(ranges: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const { fromUs, toUs } of ranges.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = all.at(-1);
    if (last && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, toUs);
    else all.push({ fromUs, toUs });
  }
  return all;
}

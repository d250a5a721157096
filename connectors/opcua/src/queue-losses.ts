import type { TimeUs } from '@telltale/tag-sample';

/** The server dropped values of one tag between two that it kept, because its queue was full (Part 4 §7.22.2, overflow bit). */
export interface QueueLoss {
  readonly tagId: number;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

export interface LostStretch {
  readonly tagIds: readonly number[];
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

interface Account {
  /** When the last stretch was declared, our monotonic clock. */
  declaredAtMs: number;
  /** Losses since then. */
  waiting: { fromUs: TimeUs; toUs: TimeUs } | undefined;
}

/** A tag whose queue overflows all the time is declared once in this time. */
const DECLARED_EVERY_MS = 10_000;
const TOGETHER_US = 1_000_000;

/** Losses of single tags as stretches to declare: the first at once with exact bounds, a lasting one as a whole every ten seconds. */
export class QueueLosses {
  private readonly accounts = new Map<number, Account>();

  /** Takes what one publication lost; `covered` is an outage that is declared already. */
  take(losses: readonly QueueLoss[], covered: { readonly fromUs: TimeUs; readonly toUs: TimeUs } | undefined, nowMs: number): readonly LostStretch[] {
    const now: QueueLoss[] = [];
    for (const loss of losses) {
      const rests = covered ? beyond(loss, covered) : [loss];
      const [first, last] = [rests.at(0), rests.at(-1)];
      if (!first || !last) continue;
      const account = this.accounts.get(loss.tagId);
      if (account === undefined || nowMs - account.declaredAtMs >= DECLARED_EVERY_MS) {
        const { waiting } = account ?? {};
        this.accounts.set(loss.tagId, { declaredAtMs: nowMs, waiting: undefined });
        now.push(...(waiting ? [{ ...last, fromUs: waiting.fromUs }] : rests));
      } else account.waiting = { fromUs: account.waiting?.fromUs ?? first.fromUs, toUs: last.toUs };
    }
    return together(now);
  }

  /** What waited long enough, or everything at the end. */
  due(nowMs: number, isEnd = false): readonly LostStretch[] {
    const now: QueueLoss[] = [];
    for (const [tagId, { declaredAtMs, waiting }] of this.accounts) {
      if (!isEnd && nowMs - declaredAtMs < DECLARED_EVERY_MS) continue;
      if (waiting) {
        now.push({ tagId, ...waiting });
        this.accounts.set(tagId, { declaredAtMs: nowMs, waiting: undefined });
      } else this.accounts.delete(tagId);
    }
    if (isEnd) this.accounts.clear();
    return together(now);
  }

  /** Tags that lose values now. */
  get tagIds(): readonly number[] {
    return [...this.accounts.keys()];
  }
}

/** What lies outside a declared outage, before and behind it, by more than the tolerance of its bounds. */
function beyond(loss: QueueLoss, { fromUs, toUs }: { readonly fromUs: TimeUs; readonly toUs: TimeUs }): readonly QueueLoss[] {
  if (loss.toUs <= fromUs || loss.fromUs >= toUs) return [loss];
  return [
    ...(loss.fromUs < fromUs - TOGETHER_US ? [{ ...loss, toUs: fromUs }] : []),
    ...(loss.toUs > toUs + TOGETHER_US ? [{ ...loss, fromUs: toUs }] : []),
  ];
}

/** One stretch for tags that lost about the same. */
function together(losses: readonly QueueLoss[]): readonly LostStretch[] {
  const stretches: { tagIds: number[]; fromUs: TimeUs; toUs: TimeUs; readonly first: QueueLoss }[] = [];
  for (const loss of losses.toSorted((a, b) => a.fromUs - b.fromUs || a.toUs - b.toUs)) {
    const near = stretches.findLast(({ first }) => loss.fromUs - first.fromUs <= TOGETHER_US && Math.abs(loss.toUs - first.toUs) <= TOGETHER_US);
    if (near) {
      near.tagIds.push(loss.tagId);
      near.toUs = Math.max(near.toUs, loss.toUs);
    } else stretches.push({ tagIds: [loss.tagId], fromUs: loss.fromUs, toUs: loss.toUs, first: loss });
  }
  return stretches.map(({ tagIds, fromUs, toUs }) => ({ tagIds, fromUs, toUs }));
}

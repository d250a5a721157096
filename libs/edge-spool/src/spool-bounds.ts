import type { LossCause, LostStretch, SpoolPolicy } from './spool-contract.js';
import type { SpoolDatabase } from './spool-database.js';
import { subjectsText, type SpoolRow } from './spool-row.js';

const MAX_THINNED = 3;
/** Losses closer together than this become one stretch. */
const JOIN_WITHIN_US = 60_000_000;

const REASONS: Readonly<Record<LossCause, string>> = {
  full: 'The spool of the gateway was full, its policy gave these samples up.',
  age: 'The samples waited in the gateway longer than its spool may keep them.',
  corrupt: 'A record in the spool of the gateway was damaged on the disk.',
  refused: 'The platform refused the batch.',
};

export const lossReason = (cause: LossCause): string => REASONS[cause];

/**
 * A loss is a record itself (a tombstone): it is committed in the transaction that loses the samples, so it can't be forgotten.
 * Waiting tombstones of the same subjects and cause are joined, therefore they don't pile up.
 */
export function recordLoss(database: SpoolDatabase, lost: LostStretch, createdUs: number): void {
  const known = database.waitingTombstone(lost.cause, subjectsText(lost.subjects));
  const apart = known === null || lost.fromUs > known.toUs + JOIN_WITHIN_US || lost.toUs < known.fromUs - JOIN_WITHIN_US;
  if (apart) {
    database.insert({ lane: 'live', createdUs, ...lost, thinned: 0, bytes: new Uint8Array(0) });
    return;
  }
  database.rewrite({
    ...known,
    fromUs: Math.min(known.fromUs, lost.fromUs),
    toUs: Math.max(known.toUs, lost.toUs),
    samples: known.samples + lost.samples,
  });
}

export function lossOf(row: Pick<SpoolRow, 'fromUs' | 'toUs' | 'samples' | 'subjects'>, cause: LossCause, reason = lossReason(cause)): LostStretch {
  return { fromUs: row.fromUs, toUs: row.toUs, samples: row.samples, subjects: row.subjects, cause, reason };
}


/** Frees at least `wantedBytes` by the policy, from the oldest unnumbered batches; less when nothing more may go. Returns what was given up. */
export function makeRoom(
  database: SpoolDatabase,
  policy: SpoolPolicy,
  wantedBytes: number,
  nowUs: number,
  thin: ((bytes: Uint8Array) => { readonly bytes: Uint8Array; readonly samples: number } | null) | undefined,
): readonly LostStretch[] {
  let freedBytes = 0;
  const lost: LostStretch[] = [];
  if (policy === 'refuse-new') return lost;
  let level = policy === 'thin' ? 0 : MAX_THINNED;
  while (freedBytes < wantedBytes) {
    const row = database.oldestBatch(level);
    if (row === null) {
      if (level >= MAX_THINNED) break;
      level++;
      continue;
    }
    const thinner = row.thinned < MAX_THINNED && policy === 'thin' ? thin?.(row.bytes) : null;
    if (thinner && thinner.bytes.length < row.bytes.length) {
      database.rewrite({ ...row, bytes: thinner.bytes, samples: thinner.samples, thinned: row.thinned + 1 });
      freedBytes += row.bytes.length - thinner.bytes.length;
    } else if (policy === 'thin' && row.thinned < MAX_THINNED) {
      database.rewrite({ ...row, thinned: MAX_THINNED });
    } else {
      const loss = lossOf(row, 'full');
      database.remove(row.id);
      recordLoss(database, loss, nowUs);
      freedBytes += row.bytes.length;
      lost.push(loss);
    }
  }
  return lost;
}

/** One stretch that covers both. */
export function joinedLoss(one: LostStretch, other: LostStretch): LostStretch {
  const subjects = one.subjects && other.subjects && [...new Set([...one.subjects, ...other.subjects])].sort((a, b) => a - b);
  return { ...one, subjects, fromUs: Math.min(one.fromUs, other.fromUs), toUs: Math.max(one.toUs, other.toUs), samples: one.samples + other.samples };
}

import { lossReason } from './spool-bounds.js';
import type { LostStretch } from './spool-contract.js';
import { SpoolDatabase } from './spool-database.js';
import type { SpoolRow } from './spool-row.js';
import { moveAside, salvage, type Salvaged } from './spool-salvage.js';

export interface Rebuilt {
  readonly database: SpoolDatabase;
  readonly quarantined: number;
  readonly sentence: string;
}

/**
 * The damaged file goes aside, its sound records move to a new one with their ids and numbers, and what is missing is declared.
 * Deleting a damaged record in place is not safe: SQLite would free pages by damaged pointers.
 */
export function rebuild(file: string, nowUs: number, undeliveredSinceUs: number | null): Rebuilt {
  const stamp = new Date(nowUs / 1000).toISOString().replaceAll(/[:.]/g, '');
  const aside = moveAside(file, stamp);
  const found = salvage(aside);
  const database = new SpoolDatabase(file);
  const holes = missingNumbers(found);
  const lostWaiting = Math.max(0, found.damaged - holes.length);
  const nothingLeft = found.rows.length === 0 && found.damaged === 0;
  database.transaction(() => {
    for (const row of found.rows) database.restore(row);
    for (const state of found.epochs) database.saveEpoch(state);
    for (const [key, value] of found.bookmarks) database.saveBookmark(key, value);
    const lost = (near: SpoolRow | undefined, next: SpoolRow | undefined): LostStretch => ({
      fromUs: near?.toUs ?? undeliveredSinceUs ?? nowUs,
      toUs: Math.max(next?.fromUs ?? nowUs, near?.toUs ?? 0),
      samples: 0,
      subjects: null,
      cause: 'corrupt',
      reason: lossReason('corrupt'),
    });
    const insert = (stretch: LostStretch, identity: SpoolRow['identity']): void =>
      void database.insert({ lane: 'live', createdUs: nowUs, ...stretch, thinned: 0, bytes: new Uint8Array(0) }, identity);
    for (const { epoch, seq } of holes) {
      const numbered = found.rows.filter((row) => row.identity?.epoch === epoch);
      insert(lost(numbered.findLast((row) => (row.identity?.seq ?? 0) < seq), numbered.find((row) => (row.identity?.seq ?? 0) > seq)), { epoch, seq });
    }
    if (lostWaiting > 0 || nothingLeft) {
      const waiting = found.rows.filter((row) => row.identity === null);
      insert(lost(nothingLeft ? undefined : (waiting.at(-1) ?? found.rows.at(-1)), undefined), null);
    }
  });
  const quarantined = found.damaged + (nothingLeft ? 1 : 0);
  return { database, quarantined, sentence: sentenceOf(aside, found, nothingLeft) };
}

function sentenceOf(aside: string, { rows, damaged }: Salvaged, nothingLeft: boolean): string {
  if (nothingLeft) return `The spool could not be read; it was moved to ${aside} and a new one begun. The stretch is declared as a gap.`;
  return `The spool was damaged: ${rows.length} records were kept, ${damaged} given up and declared; the damaged file is ${aside}.`;
}

/** Numbers between the committed and the last one of an epoch that no sound record has. */
function missingNumbers({ rows, epochs }: Salvaged): { epoch: number; seq: number }[] {
  const present = new Set(rows.map((row) => row.identity && `${row.identity.epoch}/${row.identity.seq}`));
  return epochs.flatMap(({ epoch, committedSeq, lastSeq }) =>
    Array.from({ length: Math.max(0, Math.min(lastSeq - committedSeq, 10_000)) }, (_, i) => ({ epoch, seq: committedSeq + 1 + i })).filter(
      ({ seq }) => !present.has(`${epoch}/${seq}`),
    ),
  );
}

import { lossReason, recordLoss } from './spool-bounds.js';
import type { LostStretch } from './spool-contract.js';
import { SpoolDatabase, type EpochState } from './spool-database.js';
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
  const numbers = missingNumbers(found);
  const stretches = waitingStretches(found, nowUs);
  const givenUp = numbers.length + found.lostWaiting.length;
  const nothingLeft = found.rows.length === 0 && givenUp === 0;
  const lost = (fromUs: number, toUs: number): LostStretch => ({ fromUs, toUs: Math.max(fromUs, toUs), samples: 0, subjects: null, cause: 'corrupt', reason: lossReason('corrupt') });
  database.transaction(() => {
    for (const row of found.rows) database.restore(row);
    for (const state of epochsOf(found, numbers)) database.saveEpoch(state);
    for (const [key, value] of found.bookmarks) database.saveBookmark(key, value);
    for (const { epoch, seq } of numbers) {
      const sameEpoch = found.rows.filter((row) => row.identity?.epoch === epoch);
      const before = sameEpoch.findLast((row) => (row.identity?.seq ?? 0) < seq);
      const after = sameEpoch.find((row) => (row.identity?.seq ?? 0) > seq);
      const stretch = lost(before?.toUs ?? undeliveredSinceUs ?? nowUs, after?.fromUs ?? nowUs);
      database.insert({ lane: 'live', createdUs: nowUs, ...stretch, thinned: 0, bytes: new Uint8Array(0) }, { epoch, seq });
    }
    for (const { fromUs, toUs } of stretches) recordLoss(database, lost(fromUs ?? undeliveredSinceUs ?? nowUs, toUs), nowUs);
    if (nothingLeft) recordLoss(database, lost(undeliveredSinceUs ?? nowUs, nowUs), nowUs);
  });
  return { database, quarantined: givenUp + (nothingLeft ? 1 : 0), sentence: sentenceOf(aside, found.rows.length, givenUp, nothingLeft) };
}

/** Where the table of epochs was damaged, the records tell which numbers are open. */
function epochsOf({ rows, epochs }: Salvaged, numbers: readonly { epoch: number; seq: number }[]): readonly EpochState[] {
  const all = [...rows.flatMap(({ identity }) => identity ?? []), ...numbers];
  const told = [...Map.groupBy(all, ({ epoch }) => epoch)].map(([epoch, own]) => {
    const seqs = own.map(({ seq }) => seq);
    return { epoch, lastSeq: Math.max(...seqs), committedSeq: Math.min(...seqs) - 1 };
  });
  const known = new Map(epochs.map((state) => [state.epoch, state]));
  return [...epochs, ...told.filter(({ epoch }) => !known.has(epoch))];
}

/** What lay between the sound neighbours of the lost waiting records. */
function waitingStretches({ rows, lostWaiting }: Salvaged, nowUs: number): { fromUs: number | undefined; toUs: number }[] {
  const live = rows.filter(({ lane }) => lane === 'live');
  const around = lostWaiting.map((id) => ({ before: live.findLast((row) => row.id < id), after: live.find((row) => row.id > id) }));
  const distinct = new Map(around.map((pair) => [pair.before?.id, pair]));
  return [...distinct.values()].map(({ before, after }) => ({ fromUs: before?.toUs, toUs: after?.fromUs ?? nowUs }));
}

function sentenceOf(aside: string, kept: number, givenUp: number, nothingLeft: boolean): string {
  if (nothingLeft) return `The spool could not be read; it was moved to ${aside} and a new one begun. The stretch is declared as a gap.`;
  return `The spool was damaged: ${kept} records were kept, ${givenUp} given up and declared; the damaged file is ${aside}.`;
}

/** Numbers that no sound record has: those the index knows, and those between the committed and the last one of an epoch. */
function missingNumbers({ rows, epochs, lostNumbers }: Salvaged): { epoch: number; seq: number }[] {
  const name = ({ epoch, seq }: { epoch: number; seq: number }): string => `${epoch}/${seq}`;
  const present = new Set(rows.map((row) => row.identity && name(row.identity)));
  const between = epochs.flatMap(({ epoch, committedSeq, lastSeq }) =>
    Array.from({ length: Math.max(0, Math.min(lastSeq - committedSeq, 10_000)) }, (_, i) => ({ epoch, seq: committedSeq + 1 + i })),
  );
  const missing = [...between, ...lostNumbers].filter((number) => !present.has(name(number)));
  return [...new Map(missing.map(({ epoch, seq }) => [name({ epoch, seq }), { epoch, seq }])).values()];
}

import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { EpochState } from './spool-database.js';
import { SpoolDatabase } from './spool-database.js';
import type { SpoolRow } from './spool-row.js';

const PARTS = ['', '-wal', '-shm'];
const KEPT_BROKEN_FILES = 3;

/** Moves a damaged spool aside with its journal and keeps the newest few for examination. Returns its new path. */
export function moveAside(file: string, stamp: string): string {
  const aside = `${file}.broken-${stamp}`;
  for (const part of PARTS) if (existsSync(file + part)) renameSync(file + part, aside + part);
  const folder = dirname(file);
  const broken = readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.broken-`) && !PARTS.slice(1).some((part) => name.endsWith(part)));
  for (const old of broken.sort().slice(0, -KEPT_BROKEN_FILES)) for (const part of PARTS) rmSync(join(folder, old + part), { force: true });
  return aside;
}

export interface Salvaged {
  readonly rows: readonly SpoolRow[];
  /** Ids of records that are gone or can't be trusted, and had no number yet. */
  readonly lostWaiting: readonly number[];
  /** Numbers whose records are gone or can't be trusted, as the index of numbers tells. */
  readonly lostNumbers: readonly { readonly epoch: number; readonly seq: number }[];
  readonly epochs: readonly EpochState[];
  readonly bookmarks: ReadonlyMap<string, string>;
}

/** Reads whatever a damaged spool still gives, each record verified. Never throws for a damaged file. */
export function salvage(file: string): Salvaged {
  let database: SpoolDatabase;
  try {
    database = new SpoolDatabase(file, { counted: false });
  } catch {
    return { rows: [], lostWaiting: [], lostNumbers: [], epochs: [], bookmarks: new Map() };
  }
  try {
    const waiting = attempt(() => database.waitingIds(), []);
    const numbered = attempt(() => database.numberedIds(), []);
    const rows = new Map<number, SpoolRow>();
    const unsound: number[] = [];
    for (const id of readableIds(database)) {
      const row = attempt(() => database.read(id), undefined);
      // A damaged key can make SQLite answer with another record than the one asked for.
      if (row?.id === id) rows.set(id, row);
      else if (row !== null) unsound.push(id);
    }
    // The indexes are a second witness: they know a record whose own id was damaged under its true id.
    const missed = [...waiting, ...numbered.map(({ id }) => id)].filter((id) => !rows.has(id));
    const withNumber = new Set(numbered.map(({ id }) => id));
    return {
      rows: [...rows.values()],
      lostWaiting: (missed.length > 0 ? missed : unsound).filter((id) => !withNumber.has(id)).sort((a, b) => a - b),
      lostNumbers: numbered.filter(({ id }) => !rows.has(id)),
      epochs: attempt(() => database.epochs(), []),
      bookmarks: attempt(() => database.bookmarks(), new Map()),
    };
  } finally {
    attempt(() => database.close(), undefined);
  }
}

function attempt<T, D>(read: () => T, otherwise: D): T | D {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Walks the table from both ends up to the damage; ids are dense, so a hole in the middle is probed one by one. */
function readableIds(database: SpoolDatabase): number[] {
  const page = 200;
  const up: number[] = [];
  for (;;) {
    const next = attempt(() => database.idsAscending(up.at(-1) ?? -1, page), null);
    if (next === null) break;
    up.push(...next);
    if (next.length < page) return up;
  }
  const down: number[] = [];
  for (;;) {
    const next = attempt(() => database.idsDescending(page, down.at(-1) ?? Number.MAX_SAFE_INTEGER), null);
    if (next === null || next.length === 0) break;
    down.push(...next);
  }
  const from = (up.at(-1) ?? 0) + 1;
  const to = down.at(-1) ?? from + 10_000;
  const between = Array.from({ length: Math.max(0, Math.min(to - from, 1_000_000)) }, (_, i) => from + i);
  return [...new Set([...up, ...between, ...down])].sort((a, b) => a - b);
}

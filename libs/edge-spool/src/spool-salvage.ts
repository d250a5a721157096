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
  /** Records that are there and can't be trusted. */
  readonly damaged: number;
  readonly epochs: readonly EpochState[];
  readonly bookmarks: ReadonlyMap<string, string>;
}

/** Reads whatever a damaged spool still gives, each record verified. Never throws for a damaged file. */
export function salvage(file: string): Salvaged {
  let database: SpoolDatabase;
  try {
    database = new SpoolDatabase(file, { counted: false });
  } catch {
    return { rows: [], damaged: 0, epochs: [], bookmarks: new Map() };
  }
  try {
    const ids = readableIds(database);
    const rows = new Map<number, SpoolRow>();
    let damaged = 0;
    for (const id of ids) {
      const row = attempt(() => database.read(id), undefined);
      // A damaged key can make SQLite answer with another record than the one asked for.
      if (row?.id === id) rows.set(id, row);
      else if (row !== null) damaged++;
    }
    return { rows: [...rows.values()], damaged, epochs: attempt(() => database.epochs(), []), bookmarks: attempt(() => database.bookmarks(), new Map()) };
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

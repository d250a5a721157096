/** The spool's file can't be used at all: no folder, no right to write, a file of a newer version. */
export class SpoolUnusableError extends Error {
  readonly code = 'SPOOL_UNUSABLE';
  constructor(
    readonly file: string,
    what: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(`The spool ${file} can't be used: ${what}. ${remedy}`, options);
    this.name = 'SpoolUnusableError';
  }
}

/** A record does not match its checksum; the spool is rebuilt without it. */
export class SpoolCorruptError extends Error {
  readonly code = 'SPOOL_CORRUPT';
  constructor(what: string, options?: { cause?: unknown }) {
    super(what, options);
    this.name = 'SpoolCorruptError';
  }
}

const SQLITE_PERM = 3;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_NOMEM = 7;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

function primaryCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** The content of the file is damaged, as SQLite or our own checksums see it. */
export function isCorruption(error: unknown): boolean {
  const code = primaryCode(error);
  // node:sqlite refuses integers beyond 2^53; the spool never writes one.
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE') return true;
  return error instanceof SpoolCorruptError || code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** The disk takes no more. */
export function isDiskTrouble(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_FULL || code === SQLITE_IOERR || code === SQLITE_CANTOPEN;
}

const NOT_DAMAGE: ReadonlySet<number | undefined> = new Set([SQLITE_PERM, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM]);

/** Why a spool that exists, and may be written, does not open: a damaged header or schema fails in many ways. */
export const isDamageAtOpening = (error: unknown): boolean => isCorruption(error) || (primaryCode(error) !== undefined && !NOT_DAMAGE.has(primaryCode(error)));

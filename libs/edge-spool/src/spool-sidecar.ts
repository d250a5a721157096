import { accessSync, constants, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';

/** What must survive the loss of the spool itself. Written beside it, replaced atomically. */
export interface Sidecar {
  /** The newest epoch ever used here. */
  readonly epoch: number;
  /** When the oldest unsent record was written, or the present time when there was none. */
  readonly undeliveredSinceUs: number;
}

const path = (file: string): string => `${file}.epoch`;

/** Null when there is none or it can't be read. */
export function readSidecar(file: string): Sidecar | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path(file), 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('epoch' in parsed) || !('undeliveredSinceUs' in parsed)) return null;
    const { epoch, undeliveredSinceUs } = parsed;
    return Number.isSafeInteger(epoch) && typeof epoch === 'number' && typeof undeliveredSinceUs === 'number' ? { epoch, undeliveredSinceUs } : null;
  } catch {
    return null;
  }
}

/** Best effort: a full disk must not stop the gateway here. */
export function writeSidecar(file: string, sidecar: Sidecar): void {
  try {
    writeFileSync(`${path(file)}.new`, JSON.stringify(sidecar));
    renameSync(`${path(file)}.new`, path(file));
  } catch {
    return;
  }
}

/** When the file was last written, µs since 1970; null when it isn't there. */
export function changedAtUs(file: string): number | null {
  try {
    return Math.round(statSync(file).mtimeMs * 1000);
  } catch {
    return null;
  }
}

export function mayBeWritten(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const LEAST_CHARACTERS = 16;

/** The gateway's key on the disk, mode 0600, and beside it the next one while it is being made known. Written aside and renamed. */
export class KeyFile {
  constructor(readonly path: string) {}

  /** Null when there is no key; throws when the file can't be read. */
  read(): string | null {
    return readKey(this.path);
  }

  /** The next key: the one kept from an attempt that broke off, else a new one. On the disk before anybody hears of it. */
  next(): string {
    const kept = readKey(this.nextPath);
    if (kept !== null) return kept;
    const key = `ttg_${randomBytes(32).toString('base64url')}`;
    writeDurably(this.nextPath, `${key}\n`);
    return key;
  }

  get hasNext(): boolean {
    return readKey(this.nextPath) !== null;
  }

  /** The platform accepts the next key: it becomes the key. */
  promote(): void {
    renameSync(this.nextPath, this.path);
    syncFolder(dirname(this.path));
  }

  /** The next key was refused for good. */
  forgetNext(): void {
    rmSync(this.nextPath, { force: true });
  }

  private get nextPath(): string {
    return `${this.path}.next`;
  }
}

function readKey(file: string): string | null {
  try {
    const key = readFileSync(file, 'utf8').trim();
    return key.length >= LEAST_CHARACTERS ? key : null;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') return null;
    throw error;
  }
}

function writeDurably(file: string, text: string): void {
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(`${file}.new`, file);
  syncFolder(dirname(file));
}

/** So that the rename survives a power cut. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

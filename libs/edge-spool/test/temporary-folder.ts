import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a sync costs nothing, for tests that open thousands of spools and pull no plug. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A folder that is gone when `work` is done. */
export async function inTemporaryFolder<T>(work: (folder: string) => T | Promise<T>, parent = tmpdir()): Promise<T> {
  const folder = mkdtempSync(join(parent, 'telltale-spool-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const inMemoryFolder = async <T>(work: (folder: string) => T | Promise<T>): Promise<T> => inTemporaryFolder(work, MEMORY);

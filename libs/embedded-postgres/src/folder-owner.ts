import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

interface Owner {
  readonly pid: number;
  readonly startedTicks: string | null;
}

const heldHere = new Set<string>();

/** Claims the data folder for this process, or says who has it. Survives pid reuse and kill -9. */
export function claimFolder(file: string, folder: string): () => void {
  const owner = readOwner(file);
  const alive =
    owner !== null && owner.pid !== process.pid && startedTicks(owner.pid) === owner.startedTicks && isAlive(owner.pid);
  if (heldHere.has(file) || alive) {
    throw new EmbeddedPostgresError(
      'POSTGRES_DATA_IN_USE',
      `${folder} is in use by the running process ${alive ? owner.pid : process.pid}`,
      'stop that one first, or choose another data folder (TELLTALE_DATA_DIR)',
    );
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid, startedTicks: startedTicks(process.pid) } satisfies Owner));
  heldHere.add(file);
  return () => {
    if (heldHere.delete(file)) rmSync(file, { force: true });
  };
}

function readOwner(file: string): Owner | null {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof read !== 'object' || read === null || !('pid' in read) || typeof read.pid !== 'number') return null;
    return {
      pid: read.pid,
      startedTicks: 'startedTicks' in read && typeof read.startedTicks === 'string' ? read.startedTicks : null,
    };
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat: with the pid it names one process for ever. `null` where there is no /proc. */
function startedTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

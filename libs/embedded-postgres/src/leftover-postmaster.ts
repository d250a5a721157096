import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './folder-owner.js';

const FAST_STOP_MS = 8000;

/** Lines of postmaster.pid: pid, data folder, start, port, socket folder, address, shared memory, status. */
export function readPostmasterFile(cluster: string): { readonly pid: number; readonly status: string } | null {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 1 ? { pid, status: (lines[7] ?? '').trim() } : null;
  } catch {
    return null;
  }
}

/** Ends the postmaster that a killed process left behind on this cluster. Returns its pid, or `null` when there was none. */
export async function stopLeftover(cluster: string): Promise<number | null> {
  const left = readPostmasterFile(cluster);
  if (!left || !isAlive(left.pid) || !servesCluster(left.pid, cluster)) return null;
  // SIGINT: fast shutdown with a checkpoint; SIGQUIT: at once, the next start recovers.
  process.kill(left.pid, 'SIGINT');
  if (!(await ended(left.pid, FAST_STOP_MS))) {
    process.kill(left.pid, 'SIGQUIT');
    await ended(left.pid, FAST_STOP_MS);
  }
  return left.pid;
}

export async function ended(pid: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (isAlive(pid) && !isZombie(pid)) {
    if (performance.now() > until) return false;
    await sleep(10);
  }
  return true;
}

/** Not some other program that got the pid meanwhile. Where there is no /proc the pid alone must do. */
function servesCluster(pid: number, cluster: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    return process.platform !== 'linux';
  }
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds so far of this process and of a Postgres with all its backends (Linux). Comparable on a busy machine, unlike wall time. */
export function cpuSeconds(postmasterPid: number): number {
  const { user, system } = process.cpuUsage();
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid);
    if (fields === undefined) continue;
    const parent = Number(fields[1]);
    if (Number(pid) === postmasterPid) ticks += sum(fields.slice(11, 15));
    else if (parent === postmasterPid) ticks += sum(fields.slice(11, 13));
  }
  return (user + system) / 1e6 + ticks / TICKS_PER_SECOND;
}

/** Fields of /proc/<pid>/stat from the state on; undefined when the process has gone. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

const sum = (fields: readonly string[]): number => fields.reduce((total, field) => total + Number(field), 0);

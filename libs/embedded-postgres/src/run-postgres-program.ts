import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { RunAs } from './run-as.js';

/** Starts a program of PostgreSQL as the right user, away from the terminal so that Ctrl-C does not reach it. */
export function runPostgresProgram(
  runAs: RunAs,
  program: string,
  args: readonly string[],
  stdio: StdioOptions,
  cwd: string,
): ChildProcess {
  const [command = program, ...words] = [...runAs.prefix, program, ...args];
  const identity = runAs.user && runAs.prefix.length === 0 ? { uid: runAs.user.uid, gid: runAs.user.gid } : {};
  return spawn(command, words, {
    ...identity,
    cwd,
    stdio,
    detached: true,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
  });
}

/** Waits for the end of a short program; resolves with its exit code and everything it wrote. */
export async function outcomeOf(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-8000);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

import { chownSync, closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataFolder } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';
import { claimFolder } from './folder-owner.js';
import { freePort } from './free-port.js';
import { ended, readPostmasterFile, stopLeftover } from './leftover-postmaster.js';
import { findBinaries, installationOf } from './postgres-binaries.js';
import { LOW_MEMORY_SETTINGS, type PostgresSettings } from './postgres-settings.js';
import { chooseRunAs, type RunAs } from './run-as.js';
import { runPostgresProgram } from './run-postgres-program.js';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Default LOW_MEMORY_SETTINGS. */
  readonly settings?: PostgresSettings;
  /** `false` for tests: initdb does not wait for the disk. */
  readonly durable?: boolean;
  readonly startTimeoutMs?: number;
  /** One line per step. */
  readonly log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Superuser, database `postgres`. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  /** Fast shutdown. Safe to call twice. */
  stop(): Promise<void>;
}

const LOG_LIMIT_BYTES = 10_000_000;
const STOP_MS = 10_000;

/** Starts PostgreSQL 18 of npm on loopback, with its data in `dataDir`. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? ((): void => undefined);
  const binaries = await findBinaries();
  const data = new DataFolder(resolve(options.dataDir));
  await mkdir(data.folder, { recursive: true, mode: 0o755 });
  const release = claimFolder(data.owner, data.folder);
  try {
    const runAs = chooseRunAs([installationOf(binaries), data.folder]);
    const password = await data.prepare(binaries, runAs, options.durable ?? true);
    const leftover = await stopLeftover(data.cluster);
    if (leftover !== null) log(`Stopped the PostgreSQL (process ${leftover}) that an earlier run left behind.`);
    const port = await freePort(options.port ?? 0);
    const pid = await launch(binaries.postgres, data, runAs, port, options);
    // Whoever forgets to call stop() leaves nothing behind either.
    const atExit = (): void => signal(pid, 'SIGINT');
    process.once('exit', atExit);
    return {
      adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      port,
      pid,
      stop: async () => {
        process.off('exit', atExit);
        signal(pid, 'SIGINT');
        if (!(await ended(pid, STOP_MS))) signal(pid, 'SIGQUIT');
        await ended(pid, STOP_MS);
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function launch(
  postgres: string,
  data: DataFolder,
  runAs: RunAs,
  port: number,
  options: EmbeddedPostgresOptions,
): Promise<number> {
  const settings = {
    ...(options.settings ?? LOW_MEMORY_SETTINGS),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
  };
  const args = [
    '-D',
    data.cluster,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const logFile = openSync(data.log, 'a', 0o600);
  if (statSync(data.log).size > LOG_LIMIT_BYTES) truncateSync(data.log);
  if (runAs.user) chownSync(data.log, runAs.user.uid, runAs.user.gid);
  const logStart = statSync(data.log).size;
  const said = (): string => readFileSync(data.log).subarray(logStart).toString('utf8').trim().slice(-4000);
  const child = runPostgresProgram(runAs, postgres, args, ['ignore', logFile, logFile], data.folder);
  closeSync(logFile);
  child.unref();
  let failure: string | null = null;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code) => (failure ??= `exit code ${code}`));
  const timeoutMs = options.startTimeoutMs ?? 30_000;
  const until = performance.now() + timeoutMs;
  for (;;) {
    const file = readPostmasterFile(data.cluster);
    if (child.pid !== undefined && file?.pid === child.pid && file.status === 'ready') return child.pid;
    if (failure !== null) throw startFailed(data, said(), port);
    if (performance.now() > until) {
      if (child.pid !== undefined) signal(child.pid, 'SIGQUIT');
      throw new EmbeddedPostgresError(
        'POSTGRES_START_TIMEOUT',
        `PostgreSQL was not ready within ${timeoutMs / 1000} s`,
        `read ${data.log}; after a crash recovery may take longer, so try again`,
        said(),
      );
    }
    await sleep(5);
  }
}

function startFailed(data: DataFolder, output: string, port: number): EmbeddedPostgresError {
  if (output.includes('Address already in use')) {
    return new EmbeddedPostgresError(
      'POSTGRES_PORT_IN_USE',
      `Port ${port} on 127.0.0.1 is taken`,
      'stop the program that uses it, or choose another port for the database',
      output,
    );
  }
  const why =
    output
      .split('\n')
      .findLast((line) => /(FATAL|PANIC|could not)/.test(line))
      ?.replace(/^.*?(FATAL|PANIC): +/, '') ?? 'no reason given';
  return new EmbeddedPostgresError(
    'POSTGRES_START_FAILED',
    `PostgreSQL could not start on ${data.cluster} (${why})`,
    `read ${data.log}; restore a backup or move the folder away to start empty`,
    output,
  );
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

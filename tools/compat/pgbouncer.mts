import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SERVICE_ROLES, type RoleUrls } from '@telltale/plant-registry';
import { DurablePostgres } from '../chaos/durable-postgres.mts';
import { freePort } from './postgres-program.mts';
import { checkStore } from './store-check.mts';

/** The store behind PgBouncer in transaction mode, with far fewer connections to Postgres than it opens. */
export async function checkBehindPgBouncer(program: string): Promise<readonly string[]> {
  const postgres = await DurablePostgres.open();
  const folder = await mkdtemp(join(tmpdir(), 'telltale-bouncer-'));
  const port = await freePort();
  const users = join(folder, 'users.txt');
  const config = join(folder, 'pgbouncer.ini');
  const password = new URL(postgres.urls.telltale_api).password;
  writeFileSync(users, SERVICE_ROLES.map((role) => `"${role}" "${password}"\n`).join(''), { mode: 0o644 });
  writeFileSync(config, ['[databases]', `* = host=127.0.0.1 port=${postgres.port}`, '[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = scram-sha-256', `auth_file = ${users}`, 'pool_mode = transaction', 'default_pool_size = 2', 'max_client_conn = 200', ''].join('\n'), { mode: 0o644 });
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'postgres', folder]);
  const root = process.getuid?.() === 0;
  const asPostgres = ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', program, '-q', config];
  const bouncer = spawn(root ? 'setpriv' : program, root ? asPostgres : ['-q', config], { stdio: 'ignore', cwd: folder });
  process.once('exit', () => bouncer.kill('SIGKILL'));
  try {
    for (let i = 0; i < 100 && !(await answers(port)); i++) await pause(50);
    const through = (url: string): string => {
      const own = new URL(url);
      own.port = String(port);
      return own.href;
    };
    const urls = Object.fromEntries(Object.entries(postgres.urls).map(([role, url]) => [role, through(url)])) as unknown as RoleUrls;
    return await checkStore(urls);
  } finally {
    bouncer.kill('SIGINT');
    await postgres.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((tell) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      tell(true);
    });
    socket.once('error', () => tell(false));
  });
}

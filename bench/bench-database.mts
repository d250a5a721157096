import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '@telltale/embedded-postgres';
import { prepareDatabase, SERVICE_ROLES, type RoleUrls, type ServiceRole } from '@telltale/plant-registry';
import { migrateSeries } from '@telltale/time-series';

export interface BenchDatabase {
  readonly urls: RoleUrls;
  readonly admin: pg.Pool;
  readonly pid: number;
  /** Superuser in the database telltale. */
  readonly adminUrl: string;
  /** For the bench's own files; removed by close(). */
  readonly folder: string;
  close(): Promise<void>;
}

/** A durable Postgres of its own (fsync on), thrown away afterwards. */
export async function openBenchDatabase(
  settings: Readonly<Record<string, string | number>> = {},
): Promise<BenchDatabase> {
  const folder = await mkdtemp('/tmp/telltale-bench-');
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    settings: {
      shared_buffers: '1GB',
      max_wal_size: '4GB',
      max_connections: 40,
      synchronous_commit: 'on',
      jit: 'off',
      io_method: 'sync',
      ...settings,
    },
  });
  const passwords: Partial<Record<ServiceRole, string>> = {};
  for (const role of SERVICE_ROLES) passwords[role] = 'bench';
  const urls = await prepareDatabase(server.adminUrl, { rolePasswords: passwords as Record<ServiceRole, string> });
  await migrateSeries(urls.telltale_owner);
  const url = new URL(server.adminUrl);
  url.pathname = '/telltale';
  const admin = new pg.Pool({ connectionString: url.href, max: 4 });
  admin.on('error', () => undefined);
  return {
    urls,
    admin,
    pid: server.pid,
    adminUrl: url.href,
    folder,
    close: async () => {
      await admin.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Bytes of WAL written since the beginning. */
export async function walPosition({ admin }: Pick<BenchDatabase, 'admin'>): Promise<number> {
  const { rows } = await admin.query<{ at: string }>(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as at`);
  return Number(rows[0]?.at);
}

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
  close(): Promise<void>;
}

/** A durable Postgres of its own (fsync on), thrown away afterwards. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
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
    },
  });
  const passwords: Partial<Record<ServiceRole, string>> = {};
  for (const role of SERVICE_ROLES) passwords[role] = 'bench';
  const urls = await prepareDatabase(server.adminUrl, { rolePasswords: passwords as Record<ServiceRole, string> });
  await migrateSeries(urls.telltale_owner);
  const url = new URL(server.adminUrl);
  url.pathname = '/telltale';
  const admin = new pg.Pool({ connectionString: url.href, max: 4 });
  return {
    urls,
    admin,
    pid: server.pid,
    close: async () => {
      await admin.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@telltale/embedded-postgres';
import { prepareDatabase, SERVICE_ROLES, type RoleUrls, type ServiceRole } from '@telltale/plant-registry';
import { migrateSeries } from '@telltale/time-series';

const PASSWORD = 'chaos';
const SETTINGS = {
  fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', shared_buffers: '128MB', max_connections: 80,
  max_wal_size: '512MB', checkpoint_timeout: '30s', io_method: 'sync', jit: 'off', autovacuum_naptime: '5s',
} as const;

export interface DurablePostgresOptions {
  /** A folder that outlives this server and is not removed by close(). */
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
}

// Servers and services that a script started end with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** A Postgres of its own that keeps every promise about the disk, and can be killed like one on a failing machine. */
export class DurablePostgres {
  readonly folder: string;
  private readonly owned: boolean;
  private readonly settings: Readonly<Record<string, string | number>>;
  private server: EmbeddedPostgres;
  readonly urls: RoleUrls;
  /** Superuser in the database telltale. */
  readonly adminUrl: string;
  private readonly pool: pg.Pool;

  private constructor(
    folder: string,
    owned: boolean,
    settings: Readonly<Record<string, string | number>>,
    server: EmbeddedPostgres,
    urls: RoleUrls,
    adminUrl: string,
  ) {
    this.folder = folder;
    this.owned = owned;
    this.settings = settings;
    this.server = server;
    this.urls = urls;
    this.adminUrl = adminUrl;
    this.pool = new pg.Pool({ connectionString: adminUrl, max: 3, connectionTimeoutMillis: 5_000, allowExitOnIdle: true });
    this.pool.on('error', () => undefined);
  }

  static async open(options: DurablePostgresOptions = {}): Promise<DurablePostgres> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'telltale-chaos-')));
    const settings = { ...SETTINGS, ...options.settings };
    const server = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), settings });
    const passwords = Object.fromEntries(SERVICE_ROLES.map((role) => [role, PASSWORD])) as Record<ServiceRole, string>;
    const urls = await prepareDatabase(server.adminUrl, { rolePasswords: passwords });
    await migrateSeries(urls.telltale_owner);
    const admin = new URL(server.adminUrl);
    admin.pathname = '/telltale';
    return new DurablePostgres(folder, options.folder === undefined, settings, server, urls, admin.href);
  }

  get port(): number {
    return this.server.port;
  }
  get pid(): number {
    return this.server.pid;
  }
  get dataDir(): string {
    return join(this.folder, 'data');
  }

  /** SIGKILL to the postmaster and all its backends in one breath: nothing is flushed, nobody says good-bye. */
  kill(): void {
    const children = childrenOf(this.server.pid);
    for (const pid of [this.server.pid, ...children]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
  }

  /** On the same port and data; waits for crash recovery. */
  async restart(startTimeoutMs = 60_000): Promise<void> {
    const { port } = this.server;
    await this.server.stop();
    for (let attempt = 0; ; attempt++) {
      try {
        this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, settings: this.settings, port, startTimeoutMs });
        return;
      } catch (error) {
        // The old shared memory may be held for a moment by a backend that is still dying.
        if (attempt >= 20) throw error;
        await pause(250);
      }
    }
  }

  /** Fast shutdown, as an operator does it. */
  stop(): Promise<void> {
    return this.server.stop();
  }

  log(): Promise<string> {
    return readFile(join(this.dataDir, 'postgres.log'), 'utf8');
  }

  async query<Row extends pg.QueryResultRow>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [...params])).rows;
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.server.stop();
    if (this.owned) await rm(this.folder, { recursive: true, force: true });
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

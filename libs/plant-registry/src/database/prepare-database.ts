import pg from 'pg';
import { DataSource } from 'typeorm';
import { REGISTRY_MIGRATIONS } from '../migrations/registry-migrations.js';
import { GRAFANA_READER, SERVICE_ROLES, STATEMENT_LIMITS, type ServiceRole } from './database-roles.js';
import { guardFunctions } from './guarded-functions.js';

export interface PrepareDatabaseOptions {
  readonly rolePasswords: Readonly<Record<ServiceRole, string>>;
  /** Default `telltale`. */
  readonly database?: string;
  /** Databases of the same cluster that nobody but superusers shall enter, where the cluster is Telltale's alone. Default: none. */
  readonly closedDatabases?: readonly string[];
}

/** One connection URL per role, all for the same database. */
export type RoleUrls = Readonly<Record<ServiceRole, string>>;

const LOCK = 7_356_099;

/** Roles, database, schemas and the registry's migrations. Safe to run at every start and from several processes. */
export async function prepareDatabase(adminUrl: string, options: PrepareDatabaseOptions): Promise<RoleUrls> {
  const database = options.database ?? 'telltale';
  await withClient(adminUrl, async (admin) => {
    const known = await admin.query('select from pg_database where datname = $1', [database]);
    if (known.rowCount === 0) await createDatabase(admin, database);
    for (const other of options.closedDatabases ?? [])
      await admin.query(`revoke connect, temporary on database ${pg.escapeIdentifier(other)} from public`);
  });
  // The lock is taken inside: in the database of the admin every role of the cluster could hold it.
  await withClient(databaseUrl(adminUrl, database), async (inside) => {
    await inside.query('select pg_advisory_lock($1)', [LOCK]);
    await createRoles(inside, options.rolePasswords);
    await createSchemas(inside, database);
    await guardFunctions(inside);
    await migrateRegistry(roleUrl(adminUrl, database, 'telltale_owner', options.rolePasswords.telltale_owner));
  });
  return roleUrls(adminUrl, database, options.rolePasswords);
}

/** Runs the registry's missing migrations as `telltale_owner`. */
export async function migrateRegistry(ownerUrl: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    schema: 'registry',
    migrations: REGISTRY_MIGRATIONS,
    migrationsTransactionMode: 'all',
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

/** Logs in as one tenant's Grafana: `g_<tenant id>`, member of grafana_reader. Sets the password; safe to repeat. */
export async function createGrafanaRole(adminUrl: string, tenantId: number, password: string): Promise<string> {
  const role = `g_${tenantId}`;
  await withClient(adminUrl, async (admin) => {
    await createRole(admin, role);
    await admin.query(`alter role ${role} login inherit connection limit 5 password ${pg.escapeLiteral(password)}`);
    await admin.query(`alter role ${role} set statement_timeout = '15s'`);
    await admin.query(`alter role ${role} set default_transaction_read_only = on`);
    await admin.query(`grant ${GRAFANA_READER} to ${role}`);
  });
  return role;
}

/** The admin URL with another database, user and password. */
export function roleUrl(adminUrl: string, database: string, role: string, password: string): string {
  const url = new URL(databaseUrl(adminUrl, database));
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}

export function roleUrls(
  adminUrl: string,
  database: string,
  passwords: Readonly<Record<ServiceRole, string>>,
): RoleUrls {
  const url = (role: ServiceRole): string => roleUrl(adminUrl, database, role, passwords[role]);
  return {
    telltale_owner: url('telltale_owner'),
    telltale_ingest: url('telltale_ingest'),
    telltale_historian: url('telltale_historian'),
    telltale_insights: url('telltale_insights'),
    telltale_alarms: url('telltale_alarms'),
    telltale_api: url('telltale_api'),
    telltale_queue: url('telltale_queue'),
  };
}

function databaseUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

const ALREADY_THERE = ['42P04', '23505'];

/** Another process may make it in the same moment. */
async function createDatabase(admin: pg.Client, database: string): Promise<void> {
  try {
    await admin.query(`create database ${pg.escapeIdentifier(database)}`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !ALREADY_THERE.includes(error.code ?? '')) throw error;
  }
}

async function createRoles(admin: pg.Client, passwords: Readonly<Record<ServiceRole, string>>): Promise<void> {
  for (const role of SERVICE_ROLES) {
    await createRole(admin, role);
    await admin.query(`alter role ${role} login password ${pg.escapeLiteral(passwords[role])}`);
    const limit = STATEMENT_LIMITS[role];
    if (limit !== undefined) await admin.query(`alter role ${role} set statement_timeout = '${limit}'`);
  }
  await createRole(admin, GRAFANA_READER);
}

async function createRole(admin: pg.Client, role: string): Promise<void> {
  const known = await admin.query('select from pg_roles where rolname = $1', [role]);
  if (known.rowCount === 0)
    await admin.query(`create role ${pg.escapeIdentifier(role)} nosuperuser nobypassrls nocreatedb nocreaterole`);
}

async function createSchemas(inside: pg.Client, database: string): Promise<void> {
  const all = [...SERVICE_ROLES, GRAFANA_READER].join(', ');
  await inside.query(`revoke all on database ${pg.escapeIdentifier(database)} from public`);
  await inside.query(`grant connect on database ${pg.escapeIdentifier(database)} to ${all}`);
  // BullMQ says `create schema if not exists`, which needs this right even when the schema exists, and uses temporary tables.
  await inside.query(`grant create, temporary on database ${pg.escapeIdentifier(database)} to telltale_queue`);
  await inside.query('revoke all on schema public from public');
  await inside.query('create schema if not exists registry authorization telltale_owner');
  await inside.query('create schema if not exists series authorization telltale_owner');
  await inside.query('create schema if not exists bullmq authorization telltale_queue');
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'telltale prepare' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { prepareDatabase, roleUrls, SERVICE_ROLES, type RoleUrls, type ServiceRole } from '../index.js';
import { REGISTRY_MIGRATIONS } from '../migrations/registry-migrations.js';

export interface TestDatabase {
  readonly name: string;
  /** Superuser of this database: for planting and counting, never for the code under test. */
  readonly adminUrl: string;
  readonly urls: RoleUrls;
  drop(): Promise<void>;
}

/** Further migrations of a template, e.g. `migrateSeries`; the name must change when they do. */
export interface ExtraMigration {
  readonly name: string;
  migrate(ownerUrl: string): Promise<unknown>;
}

const LOCK = 7_356_098;

/** Address of the cluster that the test run started (tools/test-servers.mjs). */
export function testPostgresUrl(): string {
  const url = process.env.TELLTALE_TEST_POSTGRES;
  if (!url)
    throw new Error('TELLTALE_TEST_POSTGRES is not set: run the tests through npm test, which starts a Postgres.');
  return url;
}

/** A fresh database with all migrations, cloned from a template that the first caller makes. */
export async function createTestDatabase(extra: readonly ExtraMigration[] = []): Promise<TestDatabase> {
  const clusterUrl = testPostgresUrl();
  const fingerprint = [...REGISTRY_MIGRATIONS.map((migration) => migration.name), ...extra.map(({ name }) => name)];
  const template = `template_${createHash('sha256').update(fingerprint.join()).digest('hex').slice(0, 12)}`;
  const name = `test_${randomBytes(8).toString('hex')}`;
  const passwords = testPasswords(clusterUrl);
  await onCluster(clusterUrl, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [LOCK]);
    const made = await admin.query('select from pg_database where datname = $1', [template]);
    if (made.rowCount === 0) {
      const building = `${template}_building`;
      await admin.query(`drop database if exists ${building} with (force)`);
      const urls = await prepareDatabase(clusterUrl, { rolePasswords: passwords, database: building });
      for (const one of extra) await one.migrate(urls.telltale_owner);
      await admin.query(`alter database ${building} rename to ${template}`);
    }
    await admin.query(`create database ${name} template ${template}`);
    // Rights to connect are not copied from a template.
    await admin.query(`revoke all on database ${name} from public`);
    await admin.query(`grant connect on database ${name} to ${SERVICE_ROLES.join(', ')}, grafana_reader`);
    await admin.query(`grant create, temporary on database ${name} to telltale_queue`);
  });
  const adminUrl = new URL(clusterUrl);
  adminUrl.pathname = `/${name}`;
  return {
    name,
    adminUrl: adminUrl.href,
    urls: roleUrls(clusterUrl, name, passwords),
    drop: () =>
      onCluster(clusterUrl, async (admin) => {
        await admin.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

/** The same in every worker of a run, different between clusters. */
function testPasswords(clusterUrl: string): Record<ServiceRole, string> {
  const password = createHash('sha256').update(clusterUrl).digest('hex').slice(0, 24);
  return {
    telltale_owner: password,
    telltale_ingest: password,
    telltale_historian: password,
    telltale_insights: password,
    telltale_alarms: password,
    telltale_api: password,
    telltale_queue: password,
  };
}

async function onCluster(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createGrafanaRole, prepareDatabase, SERVICE_ROLES, type ServiceRole } from '../src/index.js';
import { createTestDatabase, testPostgresUrl, type TestDatabase } from '../src/testing/index.js';

const TENANT = 7003;
let database: TestDatabase;
let grafana: pg.Client;

const connected = async (url: string, user?: string): Promise<pg.Client> => {
  const address = new URL(url);
  if (user !== undefined) Object.assign(address, { username: user, password: `of-${user}` });
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  return client;
};

beforeAll(async () => {
  database = await createTestDatabase();
  const role = await createGrafanaRole(testPostgresUrl(), TENANT, `of-g_${TENANT}`);
  grafana = await connected(database.adminUrl, role);
  // What it may set for itself is no protection.
  await grafana.query('set default_transaction_read_only = off; set statement_timeout = 0');
});
afterAll(async () => {
  await grafana.end();
  await database.drop();
});

describe("a tenant's Grafana role", () => {
  it.each([
    ['lock what migrations lock', 'select pg_advisory_lock(7356099)'],
    ['lock what the compactor locks', 'select pg_try_advisory_xact_lock(7356102, 1)'],
    ['lock shared', 'select pg_advisory_lock_shared(7356100), pg_try_advisory_lock_shared(1, 1)'],
    [
      'fill the queue of notifications',
      `select pg_notify('samples', repeat('x', 7000)) from generate_series(1, 1000000)`,
    ],
    ['fill the disk with large objects', `select lo_from_bytea(0, 'x')`],
    ['make a large object', 'select lo_create(0)'],
    ['fill the write-ahead log', `select pg_logical_emit_message(false, 'x', repeat('x', 1000))`],
    ['make temporary tables', 'create temporary table mine ()'],
    ['make a schema', 'create schema mine'],
    ['loop in a DO block', `do $$ begin loop execute 'notify samples'; end loop; end $$`],
  ])("can't %s", async (_, sql) => {
    await expect(grafana.query(sql)).rejects.toThrow(/^permission denied/);
  });

  it('still reads what is its own', async () => {
    expect((await grafana.query('select from registry.site')).rowCount).toBe(0);
  });

  it.each(['telltale_owner', 'telltale_historian', 'telltale_alarms', 'telltale_api', 'telltale_queue'] as const)(
    'leaves %s the locks and notifications that it needs',
    async (role) => {
      const service = await connected(database.urls[role]);
      const { rows } = await service.query(`select pg_try_advisory_xact_lock(7, 3) as held, pg_notify('none', '')`);
      await service.end();
      expect(rows).toEqual([{ held: true, pg_notify: '' }]);
    },
  );
});

describe('preparing a database', () => {
  const name = `prepared_${randomBytes(4).toString('hex')}`;
  // The passwords of the roles belong to the whole cluster, on which other suites run.
  const rolePasswords = (): Record<ServiceRole, string> =>
    Object.fromEntries(SERVICE_ROLES.map((role) => [role, new URL(database.urls[role]).password])) as Record<
      ServiceRole,
      string
    >;

  it('closes other databases when asked, and is not held up by whoever is in them', async () => {
    const admin = await connected(testPostgresUrl());
    const other = `other_${randomBytes(4).toString('hex')}`;
    await admin.query(`create database ${other}`);
    const otherUrl = new URL(testPostgresUrl());
    otherUrl.pathname = `/${other}`;
    const intruder = await connected(otherUrl.href, `g_${TENANT}`);
    await intruder.query('select pg_advisory_lock(7356099)');
    try {
      const options = { rolePasswords: rolePasswords(), database: name, closedDatabases: [other] };
      await prepareDatabase(otherUrl.href, options);
      await prepareDatabase(otherUrl.href, options);
      await expect(connected(otherUrl.href, `g_${TENANT}`)).rejects.toThrow(
        `permission denied for database "${other}"`,
      );
    } finally {
      await intruder.end();
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.query(`drop database ${other} with (force)`);
      await admin.end();
    }
  }, 60_000);
});

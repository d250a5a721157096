import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrateSeries } from '@telltale/time-series';
import {
  CATALOG_WAIVERS,
  createTestDatabase,
  lintCatalog,
  type CatalogFinding,
  type TestDatabase,
} from '../src/testing/index.js';

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase([{ name: 'series for the catalog', migrate: migrateSeries }]);
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

describe('the catalog', () => {
  it('keeps the tenancy rules in every table, view and function of registry and series', async () => {
    const counted =
      await admin.query(`select n.nspname as schema, count(*)::int4 as tables from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname in ('registry', 'series') group by 1`);
    expect(counted.rows).toHaveLength(2);
    expect(await lintCatalog(admin)).toEqual([]);
  });

  it('needs every waiver that it has', async () => {
    const waived = CATALOG_WAIVERS.map(({ rule, object }) => ({ rule, object }));
    expect(await lintCatalog(admin, [])).toEqual(expect.arrayContaining(waived));
  });

  it.each(plantedViolations())('finds $finding.rule', async ({ sql, finding }) => {
    await admin.query('begin');
    try {
      await admin.query(sql);
      expect(await lintCatalog(admin)).toEqual([finding]);
    } finally {
      await admin.query('rollback');
    }
  });
});

function plantedViolations(): { sql: string; finding: CatalogFinding }[] {
  const asOwner = (sql: string): string => `set local role telltale_owner; ${sql}; reset role`;
  const secured = (table: string): string => `
    alter table ${table} enable row level security, force row level security;
    create policy tenant_rows on ${table} to telltale_api using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int4)`;
  return [
    {
      sql: asOwner('create table registry.planted (tenant_id int4 primary key)'),
      finding: { rule: 'no-row-security', object: 'registry.planted' },
    },
    {
      sql: asOwner(
        'create table registry.planted (tenant_id int4 primary key); alter table registry.planted enable row level security',
      ),
      finding: { rule: 'no-row-security', object: 'registry.planted' },
    },
    {
      sql: asOwner(
        'create table registry.planted (site_id int4 primary key); grant select on registry.planted to telltale_api',
      ),
      finding: { rule: 'granted-without-tenant', object: 'registry.planted' },
    },
    {
      sql: asOwner(
        `create table registry.planted (tenant_id int4, code int4 primary key); ${secured('registry.planted')}`,
      ),
      finding: { rule: 'key-without-tenant', object: 'registry.planted.planted_pkey' },
    },
    {
      sql: asOwner(`create table registry.other (code int4 primary key);
        create table registry.planted (tenant_id int4, code int4 constraint planted_other references registry.other, primary key (tenant_id, code)); ${secured('registry.planted')}`),
      finding: { rule: 'reference-without-tenant', object: 'registry.planted.planted_other' },
    },
    {
      sql: asOwner(
        `create table series.planted (tenant_id int4 constraint planted_tenant references registry.tenant, primary key (tenant_id)); ${secured('series.planted')}`,
      ),
      finding: { rule: 'reference-from-samples', object: 'series.planted.planted_tenant' },
    },
    {
      sql: asOwner(`create table series.planted (tenant_id int4) partition by list (tenant_id); ${secured('series.planted')};
        create table series.planted_1 partition of series.planted for values in (1); grant select on series.planted_1 to grafana_reader`),
      finding: { rule: 'partition-granted', object: 'series.planted_1' },
    },
    {
      sql: asOwner('create view registry.planted as select * from registry.site'),
      finding: { rule: 'view-of-its-owner', object: 'registry.planted' },
    },
    {
      sql: asOwner(
        'create materialized view registry.planted as select 1 as one; grant select on registry.planted to telltale_api',
      ),
      finding: { rule: 'materialized-view-granted', object: 'registry.planted' },
    },
    {
      sql: asOwner('grant select on registry.site to public'),
      finding: { rule: 'granted-to-public', object: 'registry.site' },
    },
    {
      sql: `create view registry.planted with (security_invoker = true) as select 1 as one`,
      finding: { rule: 'owned-by-superuser', object: 'registry.planted' },
    },
    {
      sql: `create function registry.planted() returns int4 language sql security definer set search_path = '' as 'select 1'`,
      finding: { rule: 'function-of-superuser', object: 'registry.planted' },
    },
    {
      sql: asOwner(`create function registry.planted() returns int4 language sql security definer as 'select 1'`),
      finding: { rule: 'function-with-open-search-path', object: 'registry.planted' },
    },
    {
      sql: asOwner('create policy planted on registry.site to telltale_api using (true)'),
      finding: { rule: 'policy-without-tenant', object: 'registry.site.planted' },
    },
    {
      sql: asOwner(
        `create policy planted on registry.site for select to grafana_reader using (tenant_id = current_setting('app.tenant_id')::int4)`,
      ),
      finding: { rule: 'grafana-by-setting', object: 'registry.site.planted' },
    },
    {
      sql: 'grant execute on function pg_try_advisory_lock(int8) to grafana_reader',
      finding: { rule: 'function-open-to-grafana', object: 'pg_try_advisory_lock(bigint)' },
    },
    {
      sql: 'grant usage on language plpgsql to public',
      finding: { rule: 'language-open-to-grafana', object: 'plpgsql' },
    },
    {
      sql: `do $$ begin execute format('grant temporary on database %I to grafana_reader', current_database()); end $$`,
      finding: { rule: 'database-open-to-grafana', object: 'temporary' },
    },
    { sql: 'alter role telltale_api bypassrls', finding: { rule: 'role-above-row-security', object: 'telltale_api' } },
  ];
}

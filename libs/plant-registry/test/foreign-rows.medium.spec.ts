import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrateSeries } from '@telltale/time-series';
import { createGrafanaRole, RegistryDatabase, SERVICE_ROLES, Site } from '../src/index.js';
import {
  createTestDatabase,
  plantCanaries,
  sweepForeignRows,
  testPostgresUrl,
  type TestDatabase,
} from '../src/testing/index.js';

const TENANTS = [7001, 7002];
const MINE = 7001;
const PARTITION = /^series\.(sample_block|sample_chunk|rollup_day)_(\d+|other)$/;
let database: TestDatabase;
let admin: pg.Client;
let tables: string[];

const connected = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
};
const grafanaUrl = async (): Promise<string> => {
  const url = new URL(database.adminUrl);
  url.username = await createGrafanaRole(testPostgresUrl(), MINE, 'of-7001');
  url.password = 'of-7001';
  return url.href;
};

beforeAll(async () => {
  database = await createTestDatabase([{ name: 'series for the catalog', migrate: migrateSeries }]);
  admin = await connected(database.adminUrl);
  tables = await plantCanaries(admin, TENANTS);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

describe('rows of another tenant', () => {
  it('exist in every table that is swept', async () => {
    expect(tables.length).toBeGreaterThan(25);
    const { leaks } = await sweepForeignRows(admin, MINE);
    expect([...new Set(leaks.map(({ relation }) => relation))]).toEqual(expect.arrayContaining(tables));
  });

  it.each(SERVICE_ROLES.filter((role) => role !== 'telltale_queue'))('are not shown to %s', async (role) => {
    const client = await connected(database.urls[role]);
    const { leaks, own } = await sweepForeignRows(client, MINE);
    await client.end();
    const roster = leaks.filter(({ relation }) => relation === 'registry.tenant_roster');
    // The owner reads its partitions directly; it runs migrations and no service.
    const partitions = leaks.filter(({ relation }) => role === 'telltale_owner' && PARTITION.test(relation));
    expect(leaks.filter((leak) => !roster.includes(leak) && !partitions.includes(leak))).toEqual([]);
    expect(own.length).toBeGreaterThan(4);
  });

  it('are not shown to the Grafana of a tenant, whatever it sets', async () => {
    const client = await connected(await grafanaUrl());
    const { leaks, own } = await sweepForeignRows(client, MINE);
    expect(leaks).toEqual([]);
    expect(own).toEqual(
      expect.arrayContaining(['registry.site', 'registry.alarm', 'series.rollup_day', 'series.tag_latest']),
    );
    for (const secret of [
      'registry.user_account',
      'registry.endpoint',
      'registry.gateway_key',
      'registry.notification_channel',
      'registry.audit_entry',
    ]) {
      await expect(client.query(`select * from ${secret}`)).rejects.toThrow('permission denied');
    }
    for (const write of [
      'delete from registry.alarm',
      'create table registry.mine ()',
      'create temp table mine ()',
      'copy registry.site to program $$id$$',
    ]) {
      await expect(client.query(write)).rejects.toThrow(/permission denied|read-only|must be superuser/);
    }
    await client.end();
  });

  it('are not shown to a role of Grafana that is no tenant', async () => {
    await admin.query(`create role wrong_name login password 'x' in role grafana_reader`);
    try {
      const url = new URL(database.adminUrl);
      url.username = 'wrong_name';
      url.password = 'x';
      const client = await connected(url.href);
      await expect(client.query('select * from registry.site')).rejects.toThrow('invalid input syntax');
      await client.end();
    } finally {
      await admin.query('drop role wrong_name');
    }
  });
});

describe('a connection pool shared by tenants', () => {
  it('never shows one tenant to the other, also after failures and killed connections', async () => {
    const registry = await RegistryDatabase.open(database.urls.telltale_api, { maxConnections: 3 });
    let seed = 1;
    const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const foreign: number[] = [];
    let failed = 0;
    const one = async (): Promise<void> => {
      const tenantId = TENANTS[chance() < 0.5 ? 0 : 1] ?? MINE;
      const dice = chance();
      try {
        await registry.inTenant({ tenantId }, async (manager) => {
          const sites = await manager.find(Site);
          foreign.push(...sites.filter((site) => site.tenantId !== tenantId).map((site) => site.siteId));
          if (sites.length !== 1) foreign.push(-1);
          if (dice < 0.05) await manager.query('select 1 / 0');
          if (dice > 0.98) await manager.query('select pg_terminate_backend(pg_backend_pid())');
          if (dice > 0.9 && dice <= 0.95) throw new Error('the caller gives up');
        });
      } catch {
        failed += 1;
      }
    };
    for (let round = 0; round < 50; round++) await Promise.all(Array.from({ length: 20 }, one));
    const unbound: unknown[] = await registry.inTenant({ tenantId: 0 }, (manager) => manager.find(Site));
    await registry.close();
    expect(foreign).toEqual([]);
    expect(unbound).toEqual([]);
    expect(failed).toBeGreaterThan(50);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistryDatabase, Site } from '../src/index.js';
import { registryDataSource } from '../src/database/registry-data-source.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/index.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('the schema of the registry', () => {
  it('is the same in the entities and in the migrations', async () => {
    const source = await registryDataSource(database.urls.telltale_owner, 1).initialize();
    try {
      const drift = await source.driver.createSchemaBuilder().log();
      expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('shows a tenant nothing of another, and nothing without a tenant', async () => {
    const registry = await RegistryDatabase.open(database.urls.telltale_api);
    const site = (tenantId: number): object => ({
      tenantId,
      slug: `s-${tenantId}`,
      name: 'S',
      timeZone: 'Europe/Berlin',
    });
    try {
      const owner = await RegistryDatabase.open(database.urls.telltale_owner);
      for (const tenantId of [1, 2]) {
        await owner.inTenant({ tenantId }, async (manager) => {
          await manager.query(`insert into registry.tenant values ($1, $2, 'T', 'EUR', 'de')`, [
            tenantId,
            `t-${tenantId}`,
          ]);
          await manager.insert(Site, site(tenantId));
        });
      }
      await owner.close();
      for (const tenantId of [1, 2]) {
        const seen = await registry.inTenant({ tenantId }, (manager) => manager.find(Site));
        expect(seen.map(({ slug }) => slug)).toEqual([`s-${tenantId}`]);
      }
      await expect(registry.inTenant({ tenantId: 1 }, (manager) => manager.insert(Site, site(2)))).rejects.toThrow(
        'row-level security',
      );
      expect(await registry.inTenant({ tenantId: 0 }, (manager) => manager.find(Site))).toEqual([]);
    } finally {
      await registry.close();
    }
  });
});

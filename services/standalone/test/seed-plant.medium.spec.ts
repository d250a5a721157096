import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PlantSetup, RegistryDatabase, TagOnboarding, TenantRepository, UserRepository } from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import { plantLayout, type PlantLayout } from '@telltale/plant-simulator';
import pg from 'pg';
import { demoAccounts, seedPeople, seedPlant, type PlantConnections, type SeededPlant } from '../src/index.js';
import { settingsOf, type KnownSettings } from '../src/seed-plant.js';

const KEY = 'ttg_the-key-of-the-box-0123456789';
const LAYOUT = plantLayout('pune');
const at = (opcua: number, modbus: number): PlantConnections => ({
  opcua: { url: `opc.tcp://127.0.0.1:${opcua}`, userName: 'gateway', password: 'canary', thumbprint: 'ab'.repeat(32) },
  modbus: { host: '127.0.0.1', port: modbus },
});
const introducedAt = (connections: PlantConnections): KnownSettings => ({ opcua: settingsOf('opcua', connections), modbus: settingsOf('modbus', connections) });

let database: TestDatabase;
let owner: RegistryDatabase;
let superuser: pg.Client;
let plant: SeededPlant;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = await RegistryDatabase.open(database.urls.telltale_owner);
  superuser = new pg.Client({ connectionString: database.adminUrl });
  await superuser.connect();
  plant = await start(at(4840, 502), {});
});
afterAll(async () => {
  await superuser?.end();
  await owner?.close();
  await database?.drop();
});

/** What `npm start` does with a plant and its people. */
async function start(connections: PlantConnections, before: KnownSettings, layout: PlantLayout = LAYOUT): Promise<SeededPlant> {
  const seeded = await seedPlant(owner, layout, connections, KEY, before);
  await seedPeople(owner, seeded.tenant, layout.tenant.slug, 'correct horse battery');
  return seeded;
}

/** Every row of the registry, but for the password that is given anew. */
async function everything(): Promise<string[]> {
  const { rows: tables } = await superuser.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'registry' and tablename <> 'registry_migration' order by 1`);
  const lines: string[] = [];
  for (const { name } of tables) {
    const { rows } = await superuser.query<{ row: string }>(`select (to_jsonb(r) - 'password_hash')::text as row from registry.${name} r order by 1`);
    lines.push(...rows.map(({ row }) => `${name} ${row}`));
  }
  return lines;
}
const endpointSettings = async (): Promise<unknown[]> => (await superuser.query<{ settings: unknown }>('select settings from registry.endpoint order by connector desc')).rows.map(({ settings }) => settings);

it('leaves everything as people have changed it', async () => {
  const { tenant, siteId } = plant;
  const changing = new PlantSetup(owner);
  const user = { userId: 1, at: new Date() };
  // Imported tags: one renamed with another address and scan interval, one retired, one more.
  await new TagOnboarding(owner).apply(tenant, siteId, user, async ({ tags }) => {
    const [first, second] = tags.map(({ retired: _retired, ...content }) => content);
    if (!first || !second) throw new Error('there are no tags');
    return {
      save: [{ ...first, name: 'Renamed by the crew', address: { nodeId: 'ns=2;s=Elsewhere' }, scanIntervalMs: 250, rangeHigh: 77 }, { ...first, path: 'globex/pune/packaging/line-1/extra', name: 'Extra' }],
      retirePaths: [second.path],
      detail: {},
    };
  });
  await new TenantRepository(owner).save({ ...LAYOUT.tenant, name: 'Globex renamed', currency: 'EUR' });
  await changing.site(tenant, { ...LAYOUT.site, name: 'Pune renamed' });
  const [product] = LAYOUT.products;
  await changing.product(tenant, { siteId, code: product?.code ?? 0, name: 'Another name', unitValue: 99 });
  await changing.shiftPattern(tenant, siteId, { ...LAYOUT.shiftPattern, plannedStops: [] });
  const [person] = demoAccounts('globex');
  await new UserRepository(owner).save(tenant, { email: person?.email ?? '', name: 'Promoted', role: 'admin', password: 'correct horse battery' });
  await superuser.query(`update registry.line_setup set target_oee = 0.123, state_map = '{}'`);
  await superuser.query(`update registry.endpoint set backfill_days = 1`);

  const before = await everything();
  expect(before.length).toBeGreaterThan(50);
  await start(at(4840, 502), introducedAt(at(4840, 502)));
  expect(await everything()).toEqual(before);
});

it('adds what is new in the plant', async () => {
  const [tag] = LAYOUT.tags;
  if (tag === undefined) throw new Error('there are no tags');
  const before = await everything();
  await start(at(4840, 502), introducedAt(at(4840, 502)), { ...LAYOUT, tags: [...LAYOUT.tags, { ...tag, path: `${tag.path}-new` }] });
  const after = await everything();
  const added = after.filter((line) => !before.includes(line));
  expect([after.length - before.length, added.length, added[0]?.includes(`${tag.path}-new`)]).toEqual([1, 1, true]);
});

it('follows a device of the box that moved, not one that people have set up otherwise', async () => {
  const [first, second, third] = [at(4840, 502), at(4940, 602), at(5040, 702)];
  await start(second, introducedAt(first));
  expect(await endpointSettings()).toEqual([settingsOf('opcua', second), settingsOf('modbus', second)]);
  const own = { ...settingsOf('modbus', second), requestTimeoutMs: 300 };
  await superuser.query(`update registry.endpoint set settings = $1 where connector = 'modbus'`, [JSON.stringify(own)]);
  await start(third, introducedAt(second));
  expect(await endpointSettings()).toEqual([settingsOf('opcua', third), own]);
  expect(JSON.stringify(await everything())).not.toContain('canary');
});

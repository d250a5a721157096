import { randomBytes } from 'node:crypto';
import { AlarmJournal, createGrafanaRole, InsightRepository, PlantSetup, RegistryDatabase, roleUrl, ShiftYieldRepository, TenantRepository } from '@telltale/plant-registry';
import { createTestDatabase, testPostgresUrl, type TestDatabase } from '@telltale/plant-registry/testing';
import { columnsFrom, encodeBatch, type SampleBatch } from '@telltale/tag-sample';
import { migrateSeries, openCompactor, openSeriesWriter } from '@telltale/time-series';
import type { TenantContext } from '@telltale/tenancy';
import pg from 'pg';

const MINUTE_US = 60e6;
export const NOW = new Date('2026-11-20T12:00:00Z');
const nowUs = NOW.getTime() * 1000;

export interface SeededPlants {
  readonly database: TestDatabase;
  readonly tenants: readonly [TenantContext, TenantContext];
  /** Logged in as the Grafana role of the first tenant. */
  readonly grafana: pg.Client;
  close(): Promise<void>;
}

/** Two tenants with the same kind of plant: a leaking pipe run, a line with shifts, six hours of samples. */
export async function seedPlants(): Promise<SeededPlants> {
  const database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
  const owner = await RegistryDatabase.open(database.urls.telltale_owner);
  const first = await seedPlant(database, owner, 'first');
  const second = await seedPlant(database, owner, 'second');
  await owner.close();
  const password = randomBytes(12).toString('hex');
  const role = await createGrafanaRole(testPostgresUrl(), first.tenantId, password);
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(`grant connect on database ${database.name} to ${role}`);
  await admin.end();
  const grafana = new pg.Client({ connectionString: roleUrl(testPostgresUrl(), database.name, role, password) });
  await grafana.connect();
  return {
    database,
    tenants: [first, second],
    grafana,
    close: async () => {
      await grafana.end();
      await database.drop();
    },
  };
}

async function seedPlant(database: TestDatabase, owner: RegistryDatabase, slug: string): Promise<TenantContext> {
  const tenant = await new TenantRepository(owner).save({ slug, name: slug, currency: 'EUR', locale: 'en' });
  const setup = new PlantSetup(owner);
  const { siteId } = await setup.site(tenant, { slug: 'works', name: `${slug} works`, timeZone: 'Europe/Berlin' });
  const { gatewayId } = await setup.gateway(tenant, { siteId, name: 'gateway' });
  const { equipmentId } = await setup.equipment(tenant, { siteId, parentId: null, level: 'line', slug: 'line-1', name: `${slug} line 1`, path: 'line-1' });
  const tag = (name: string, unit: string) => ({ siteId, equipmentId, path: `${slug}/works/${name}`, name, unit, kind: 'analog' as const, scanIntervalMs: 60_000 });
  const tags = await setup.tags(tenant, [tag('air-1', '°C'), tag('air-2', '°C'), tag('pipe', '°C'), tag('pressure', 'bar')]);
  const [air1, air2, pipe, pressure] = tags.map(({ tagId }) => tagId);
  const run = await setup.pipeRun(
    tenant,
    { siteId, slug: 'run', name: `${slug} run`, lengthM: 3, medium: 'steam', pipeTemperatureTagId: pipe ?? null, pressureTagId: pressure ?? null, steamCostPerTonne: 40 },
    [{ tagId: air1 ?? 0, positionM: 0 }, { tagId: air2 ?? 0, positionM: 1.5 }],
  );
  await setup.line(tenant, { equipmentId, stateMap: {}, targetYield: 0.97 });
  await seedSamples(database, tenant, gatewayId, tags.map(({ tagId }) => tagId));
  await seedFindings(database, tenant, siteId, run.pipeRunId, equipmentId);
  return tenant;
}

async function seedSamples(database: TestDatabase, tenant: TenantContext, gatewayId: number, tagIds: readonly number[]): Promise<void> {
  const samples = tagIds.flatMap((tagId) =>
    Array.from({ length: 360 }, (_, minute) => {
      const sourceTimeUs = nowUs - (360 - minute) * MINUTE_US;
      return { tagId, value: 20 + tagId + minute / 100, sourceTimeUs, serverTimeUs: sourceTimeUs, status: 0 };
    }),
  );
  const batch: SampleBatch = {
    identity: { gatewayId, epoch: 1, seq: 1 },
    samples: columnsFrom(samples),
    continuity: [{ tagIds, fromUs: nowUs - 30 * MINUTE_US, toUs: nowUs - 20 * MINUTE_US, kind: 'gap', reason: 'The connection was interrupted.' }],
  };
  const writer = openSeriesWriter(database.urls.telltale_historian);
  await writer.append([{ tenant, batch, encoded: encodeBatch(batch), receivedAtUs: nowUs }]);
  await writer.close();
  const compactor = openCompactor(database.urls.telltale_historian);
  await compactor.maintain(nowUs);
  await compactor.fold(tenant, { nowUs: Date.now() * 1000, untilUs: Date.now() * 1000 + 1e6 });
  await compactor.close();
}

async function seedFindings(database: TestDatabase, tenant: TenantContext, siteId: number, pipeRunId: number, equipmentId: number): Promise<void> {
  const insights = await RegistryDatabase.open(database.urls.telltale_insights, { maxConnections: 1 });
  const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000);
  const [detection] = await new InsightRepository(insights).advance(
    tenant,
    { insight: 'steam-leak', subjectId: pipeRunId, processedThrough: NOW, state: {} },
    [
      {
        siteId, insight: 'steam-leak', subjectId: pipeRunId, incidentKey: `leak ${tenant.tenantId}`, state: 'open', onsetAt: hoursAgo(1), detectedAt: hoursAgo(0.9), closedAt: null,
        positionM: 1.4, positionPlusMinusM: 0.4, excessC: 12, confidence: 0.9, lossKgPerHour: 25, evidence: {}, historical: false,
      },
    ],
    NOW,
  );
  const elements = {
    pbtS: 28_800, aptS: 24_000, austS: 1_200, downtimeByReason: { jam: 3_000 }, unknownS: 600, pq: 40_000, gq: 39_000, sq: 1_000, rq: 0, priPqS: 22_000, priGqS: 21_450, materialKg: 120, energyKwh: 300,
  };
  const shift = { equipmentId, shiftStart: hoursAgo(14), shiftEnd: hoursAgo(6), shiftName: 'A', productionDay: '2026-11-19', productId: 0, status: 'final' as const, elements, completeness: 0.98, computedAt: hoursAgo(5) };
  const yields = new ShiftYieldRepository(insights);
  await yields.record(tenant, [shift], '');
  await yields.record(tenant, [{ ...shift, elements: { ...elements, gq: 39_100, sq: 900 }, computedAt: hoursAgo(4) }], 'A batch came late.');
  await insights.close();
  const alarms = await RegistryDatabase.open(database.urls.telltale_alarms, { maxConnections: 1 });
  await new AlarmJournal(alarms).raise(
    tenant,
    { siteId, detectionId: detection?.detectionId ?? null, kind: 'leak', title: 'Steam leak', priority: 2, cause: 'c', consequence: 'c', action: 'a', positionM: 1.4, lossKgPerHour: 25 },
    nowUs,
  );
  await alarms.close();
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  GatewayKeysRepository,
  GatewayReading,
  GatewayRepository,
  InsightRepository,
  LineRepository,
  PipeRunRepository,
  PlantSetup,
  QuarantineRepository,
  RegistryDatabase,
  ShiftYieldReading,
  ShiftYieldRepository,
  SiteRepository,
  TagRepository,
  type DetectionFinding,
  type ShiftYieldResult,
  Tag,
} from '../src/index.js';
import { createTestDatabase, createTwoTenants, type TestDatabase, type TestPlant } from '../src/testing/index.js';

const now = new Date('2026-11-23T12:00:00Z');
let database: TestDatabase;
let acme: TestPlant;
let globex: TestPlant;
let api: RegistryDatabase;
let insights: RegistryDatabase;
let ingest: RegistryDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  [acme, globex] = await createTwoTenants(database.urls.telltale_owner, 7);
  [api, insights, ingest] = await Promise.all([
    RegistryDatabase.open(database.urls.telltale_api),
    RegistryDatabase.open(database.urls.telltale_insights),
    RegistryDatabase.open(database.urls.telltale_ingest),
  ]);
});
afterAll(async () => {
  await Promise.all([api, insights, ingest].map((registry) => registry.close()));
  await database.drop();
});

describe('the plant', () => {
  it('is the same after a second set-up', async () => {
    const again = await createTwoTenants(database.urls.telltale_owner, 7);
    expect(again.map(({ tenant, site, tags }) => [tenant, site.siteId, tags.map(({ tagId }) => tagId)])).toEqual(
      [acme, globex].map(({ tenant, site, tags }) => [tenant, site.siteId, tags.map(({ tagId }) => tagId)]),
    );
  });

  it('gives tags page by page, filtered, and none of another tenant', async () => {
    const tags = new TagRepository(api);
    const seen: string[] = [];
    for (let afterPath: string | undefined; ;) {
      const page = await tags.page(acme.tenant, acme.site.siteId, { first: 3, afterPath, filter: 'AIR-temp' });
      expect(page.total).toBe(7);
      seen.push(...page.tags.map(({ path }) => path));
      if (!page.hasNextPage) break;
      afterPath = seen.at(-1);
    }
    expect(seen).toEqual(acme.tags.map(({ path }) => path));
    expect(await tags.page(acme.tenant, acme.site.siteId, { first: 3, filter: '%' })).toMatchObject({
      total: 0,
      tags: [],
    });
    expect(await tags.page(acme.tenant, globex.site.siteId, { first: 3 })).toMatchObject({ total: 0, tags: [] });
    expect(
      await tags.byIds(
        acme.tenant,
        globex.tags.map(({ tagId }) => tagId),
      ),
    ).toEqual([]);
    expect(await new SiteRepository(api).site(acme.tenant, globex.site.siteId)).toBeNull();
    expect((await new SiteRepository(api).tenant(globex.tenant)).slug).toBe('globex');
  });

  it('keeps pipe runs with sensors by position, lines with their products and shifts', async () => {
    const setup = new PlantSetup(api);
    const { siteId } = acme.site;
    const run = { siteId, slug: 'north', name: 'North', lengthM: 30, medium: 'steam', steamCostPerTonne: 38 };
    const [a, b, c] = acme.tags;
    if (!a || !b || !c) throw new Error('no tags');
    await setup.pipeRun(acme.tenant, run, [{ tagId: a.tagId, positionM: 9 }]);
    const { pipeRunId } = await setup.pipeRun(acme.tenant, run, [
      { tagId: b.tagId, positionM: 3 },
      { tagId: c.tagId, positionM: 1.5 },
    ]);
    const runs = new PipeRunRepository(api);
    expect((await runs.sensors(acme.tenant, [pipeRunId])).map(({ positionM }) => positionM)).toEqual([1.5, 3]);
    expect([await runs.sensors(globex.tenant, [pipeRunId]), await runs.byIds(globex.tenant, [pipeRunId])]).toEqual([
      [],
      [],
    ]);
    await expect(
      setup.pipeRun(globex.tenant, { ...run, siteId: globex.site.siteId }, [{ tagId: a.tagId, positionM: 1 }]),
    ).rejects.toThrow('foreign key');

    const line = await setup.equipment(acme.tenant, {
      siteId,
      level: 'line',
      slug: 'line-1',
      name: 'Line 1',
      path: 'packaging/line-1',
    });
    await setup.line(acme.tenant, {
      equipmentId: line.equipmentId,
      stateMap: { 1: 'producing' },
      stateTagId: a.tagId,
      targetOee: 0.8,
    });
    await setup.shiftPattern(acme.tenant, siteId, {
      validFrom: '2026-01-01',
      shifts: [{ name: 'day', start: '06:00', end: '18:00' }],
      plannedStops: [],
    });
    const lines = new LineRepository(api);
    expect(
      (await lines.ofSite(acme.tenant, siteId)).map(({ equipment, setup: set }) => [equipment.name, set.targetOee]),
    ).toEqual([['Line 1', 0.8]]);
    expect(await lines.list(globex.tenant)).toEqual([]);
    expect((await lines.shiftPatterns(acme.tenant, siteId))[0]).toMatchObject({
      validFrom: '2026-01-01',
      shifts: [{ name: 'day' }],
    });
  });
});

describe('a gateway', () => {
  it('is known by its key until that is revoked', async () => {
    const keys = new GatewayKeysRepository(api);
    const gateways = new GatewayRepository(ingest);
    const { key, gatewayKeyId } = await keys.issue(acme.tenant, acme.gateway.gatewayId, now);
    expect(key).toMatch(/^ttg_[\w-]{43}$/);
    expect(await gateways.identify(key)).toEqual({
      tenant: acme.tenant,
      gatewayId: acme.gateway.gatewayId,
      gatewayKeyId,
    });
    expect(await gateways.identify(`${key}x`)).toBeNull();
    expect(await keys.accept(acme.tenant, acme.gateway.gatewayId, key, now)).toBe(gatewayKeyId);
    expect([
      await keys.revoke(globex.tenant, gatewayKeyId, now),
      await keys.revoke(acme.tenant, gatewayKeyId, now),
    ]).toEqual([false, true]);
    expect(await gateways.identify(key)).toBeNull();
    expect(JSON.stringify(await keys.ofGateway(acme.tenant, acme.gateway.gatewayId))).not.toContain('Hash');
  });

  it('is told the range of a tag whose deadband is a percentage of it', async () => {
    const gateways = new GatewayRepository(ingest);
    const { gatewayId } = acme.gateway;
    const { tenantId } = acme.tenant;
    const tagId = acme.tags[0]?.tagId ?? 0;
    const change = (fields: object): Promise<unknown> => api.inTenant(acme.tenant, (manager) => manager.update(Tag, { tenantId, tagId }, fields));
    const told = async (): Promise<unknown> => (await gateways.configuration(acme.tenant, gatewayId))?.endpoints.flatMap(({ tags }) => tags).find((tag) => tag.tagId === tagId);
    await change({ deadband: { kind: 'percent', value: 2 }, rangeLow: -10, rangeHigh: 40 });
    expect(await told()).toMatchObject({ deadband: { kind: 'percent', value: 2 }, range: { low: -10, high: 40 } });
    await change({ deadband: null });
    expect(await told()).not.toHaveProperty('range');
  });

  it('gets its configuration, with a version that follows the content', async () => {
    const gateways = new GatewayRepository(ingest);
    const { gatewayId } = acme.gateway;
    const before = await gateways.configuration(acme.tenant, gatewayId);
    expect(before).toMatchObject({
      gatewayId,
      site: 'plant',
      endpoints: [
        {
          connector: 'opcua',
          tags: acme.tags.map(({ tagId, path }) => ({ tagId, tagPath: path, scanIntervalMs: 1000 })),
        },
      ],
    });
    expect((await gateways.configuration(acme.tenant, gatewayId))?.version).toBe(before?.version);
    await new PlantSetup(api).endpoint(acme.tenant, {
      gatewayId,
      name: 'plc',
      connector: 'opcua',
      settings: { url: 'opc.tcp://127.0.0.1:2' },
      backfillDays: 3,
    });
    expect((await gateways.configuration(acme.tenant, gatewayId))?.version).not.toBe(before?.version);
    expect(await gateways.configuration(globex.tenant, gatewayId)).toBeNull();
    expect(await new TagRepository(ingest).idsOfGateway(acme.tenant, gatewayId)).toHaveLength(7);
  });

  it('reports its status; people see endpoints without their settings', async () => {
    const status = {
      gatewayVersion: '1',
      startedAtUs: 1,
      clockUs: 2,
      spool: { depthBatches: 0, depthBytes: 0, oldestUs: null, quarantinedRecords: 0 },
      backfill: null,
      endpoints: [],
    };
    await new GatewayRepository(ingest).recordStatus(acme.tenant, acme.gateway.gatewayId, status, now);
    await new GatewayRepository(ingest).recordStatus(acme.tenant, globex.gateway.gatewayId, status, now);
    const reading = new GatewayReading(api);
    expect(await reading.byId(acme.tenant, acme.gateway.gatewayId)).toMatchObject({ status, statusAt: now });
    expect(await reading.byId(globex.tenant, globex.gateway.gatewayId)).toMatchObject({ status: null });
    const [endpoint] = await reading.endpoints(acme.tenant, [acme.gateway.gatewayId, globex.gateway.gatewayId]);
    expect(endpoint).toMatchObject({ name: 'plc', tagCount: 7 });
    expect(endpoint).not.toHaveProperty('settings');
  });

  it('has its poison batches kept once, with the first reason', async () => {
    const historian = await RegistryDatabase.open(database.urls.telltale_historian);
    try {
      const quarantine = new QuarantineRepository(historian);
      const batch = {
        gatewayId: acme.gateway.gatewayId,
        epoch: 1_764_000_000_000,
        seq: 5,
        reason: 'unknown tag',
        payload: Buffer.from([1, 2, 0]),
        attempts: 1,
      };
      await quarantine.keep(acme.tenant, batch, now);
      await quarantine.keep(acme.tenant, { ...batch, reason: 'later', attempts: 3 }, now);
      expect(await quarantine.held(acme.tenant)).toEqual([expect.objectContaining({ ...batch, attempts: 3 })]);
      expect(await quarantine.held(globex.tenant)).toEqual([]);
    } finally {
      await historian.close();
    }
  });
});

describe('insights', () => {
  const finding = (incidentKey: string): DetectionFinding => ({
    siteId: acme.site.siteId,
    insight: 'steam-leak',
    subjectId: 1,
    incidentKey,
    state: 'open',
    onsetAt: now,
    detectedAt: now,
    closedAt: null,
    positionM: 12.3,
    positionPlusMinusM: 0.5,
    excessC: 11,
    confidence: 0.9,
    lossKgPerHour: 40,
    evidence: { tagIds: [1, 2] },
    historical: false,
  });

  it('move their checkpoint and their detections together', async () => {
    const repository = new InsightRepository(insights);
    const checkpoint = { insight: 'steam-leak', subjectId: 1, processedThrough: now, state: { minutes: 5 } };
    const [first] = await repository.advance(acme.tenant, checkpoint, [finding('run-1/1')], now);
    const [second] = await repository.advance(
      acme.tenant,
      { ...checkpoint, state: { minutes: 6 } },
      [{ ...finding('run-1/1'), excessC: 12 }],
      now,
    );
    expect([second?.detectionId, second?.revision, second?.excessC]).toEqual([first?.detectionId, 2, 12]);
    expect(await repository.checkpoint(acme.tenant, 'steam-leak', 1)).toMatchObject({
      state: { minutes: 6 },
      processedThrough: now,
    });
    const foreign = { ...finding('run-1/2'), siteId: globex.site.siteId };
    await expect(
      repository.advance(acme.tenant, { ...checkpoint, state: { minutes: 7 } }, [foreign], now),
    ).rejects.toThrow('foreign key');
    expect(await repository.checkpoint(acme.tenant, 'steam-leak', 1)).toMatchObject({ state: { minutes: 6 } });
    expect([await repository.open(globex.tenant), await repository.checkpoint(globex.tenant, 'steam-leak', 1)]).toEqual(
      [[], null],
    );
  });

  it('restate a yield only when it changed, and answer what was known then', async () => {
    const line = await new PlantSetup(api).equipment(acme.tenant, {
      siteId: acme.site.siteId,
      level: 'line',
      slug: 'l',
      name: 'L',
      path: 'l',
    });
    const { equipmentId } = line;
    const at = (minute: number): Date => new Date(now.getTime() + minute * 60_000);
    const yieldAt = (minute: number, gq: number, status: 'provisional' | 'final'): ShiftYieldResult => ({
      equipmentId,
      shiftStart: now,
      shiftEnd: at(480),
      shiftName: 'early',
      productionDay: '2026-11-23',
      productId: 0,
      status,
      elements: {
        pbtS: 1,
        aptS: 1,
        austS: 0,
        downtimeByReason: { jam: 3, film: 2 },
        unknownS: 0,
        pq: 10,
        gq,
        sq: 0,
        rq: 0,
        priPqS: 1,
        priGqS: 1,
        materialKg: null,
        energyKwh: 0.1,
      },
      completeness: 1,
      computedAt: at(minute),
    });
    const record = (result: ShiftYieldResult): Promise<unknown[]> =>
      new ShiftYieldRepository(insights).record(acme.tenant, [result], 'late samples');
    const written = [];
    for (const result of [
      yieldAt(1, 7, 'provisional'),
      yieldAt(2, 7, 'provisional'),
      yieldAt(3, 7, 'final'),
      yieldAt(4, 8, 'final'),
    ])
      written.push((await record(result)).length);
    expect(written).toEqual([1, 0, 1, 1]);
    const reading = new ShiftYieldReading(api);
    const range = { from: at(-60), to: at(60) };
    const known = async (asOf: Date | null): Promise<unknown[]> =>
      (await reading.shifts(acme.tenant, equipmentId, range, asOf)).map(({ revision, elements, restatementReason }) => [
        revision,
        elements.gq,
        restatementReason,
      ]);
    expect(await known(null)).toEqual([[3, 8, 'late samples']]);
    expect(await known(at(3))).toEqual([[2, 7, null]]);
    expect(await known(at(0))).toEqual([]);
    expect((await reading.revisions(acme.tenant, equipmentId, now)).map(({ revision }) => revision)).toEqual([3, 2, 1]);
    expect((await reading.ofDay(acme.tenant, [equipmentId], '2026-11-23')).map(({ revision }) => revision)).toEqual([
      3,
    ]);
    expect(await reading.shifts(globex.tenant, equipmentId, range)).toEqual([]);
  });
});

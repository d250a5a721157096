import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { RegistryDatabase, TenantRepository } from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import type { RunningService } from '@telltale/service-runtime';
import { migrateSeries, openSeriesReader } from '@telltale/time-series';
import pg from 'pg';
import { startInsights, type InsightsSettings } from '../src/index.js';
import { shiftMarks } from '../src/yield/shift-marks.js';
import { insightsSettingsFor } from './insights-settings.js';
import { HOUR_US, MINUTE_US, PackingLine } from './packing-line.js';

/** Midnight; shifts begin at 0, 8 and 16 o'clock. */
const DAY = Date.UTC(2026, 9, 5) * 1000;

interface YieldRow {
  readonly shift_start: Date;
  readonly revision: number;
  readonly status: string;
  readonly completeness: number;
  readonly restatement_reason: string | null;
  readonly elements: { gq: number; unknownS: number; downtimeByReason: Record<string, number> };
}

describe('yield over the historian', () => {
  let database: TestDatabase;
  let admin: pg.Pool;
  let registry: RegistryDatabase;
  let settings: InsightsSettings;
  let service: RunningService;
  let line: PackingLine;
  let number = 0;

  beforeAll(async () => {
    database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
    admin = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
    registry = await RegistryDatabase.open(database.urls.telltale_owner);
    settings = insightsSettingsFor(database, { YIELD_REFRESH_SECONDS: 0.5 });
  });
  beforeEach(async () => {
    const slug = `line-${++number}`;
    const tenant = await new TenantRepository(registry).save({ slug: `acme-${number}`, name: slug, currency: 'EUR', locale: 'en' });
    line = await PackingLine.create(database, registry, tenant, slug);
  });
  afterEach(async () => {
    await service.close();
    await line.close();
  });
  afterAll(async () => {
    await registry.close();
    await admin.end();
    await database.drop();
  });

  const until = async (what: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 150; i++) {
      if (await what()) return;
      await delay(100);
    }
    throw new Error('It did not happen within 15 s.');
  };
  const newest = async (of = line, shiftStartUs = DAY): Promise<YieldRow | undefined> => {
    const { rows } = await admin.query<YieldRow>(
      `select * from registry.shift_yield where tenant_id = $1 and equipment_id = $2 and product_id = 0 and shift_start = $3 order by revision desc limit 1`,
      [of.tenant.tenantId, of.equipmentId, new Date(shiftStartUs / 1000)],
    );
    return rows[0];
  };
  const checkpoint = async (): Promise<{ processed_through: Date; continuity: number } | undefined> =>
    (
      await admin.query<{ processed_through: Date; continuity: number }>(
        `select processed_through, (state->>'continuityUs')::float8 as continuity from registry.insight_checkpoint where tenant_id = $1 and insight = 'yield' and subject_id = $2`,
        [line.tenant.tenantId, line.equipmentId],
      )
    ).rows[0];
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{[^}]*tenant="${line.tenant.tenantId}"[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  };

  it('does not take a register read as 0 before its true value for production', async () => {
    await line.send([['good', DAY, 0]]);
    await line.produce(DAY + MINUTE_US, DAY + 2 * HOUR_US, 4_294_960_000);
    service = await startInsights(settings);
    await until(async () => (await newest()) !== undefined);
    expect((await newest())?.elements.gq).toBe(119 * 60);
    expect((await newest())?.completeness).toBeCloseTo(119 / 120, 2);
  });

  it('goes on with the other lines when the set-up of one is not valid, and with that one when it is corrected', async () => {
    const other = await PackingLine.create(database, registry, line.tenant, 'other');
    await line.setStateMap({ '1': { name: 'running', element: 'flying' } });
    await line.produce(DAY, DAY + HOUR_US);
    await other.produce(DAY, DAY + HOUR_US);
    service = await startInsights(settings);
    await until(async () => (await newest(other))?.elements.gq === 3600);
    expect(await newest()).toBeUndefined();
    expect(await metric('telltale_insights_yield_unusable_lines')).toBe(1);
    expect(await service.notReady()).toEqual([]);
    await line.repairStateMap();
    await service.close();
    service = await startInsights(settings);
    await until(async () => (await newest())?.elements.gq === 3600);
    await other.close();
  });

  it('works a finished shift out again where late samples touch it, and only there', async () => {
    await line.produce(DAY, DAY + 20 * HOUR_US);
    service = await startInsights(settings);
    await until(async () => (await newest(line, DAY + 8 * HOUR_US))?.status === 'final');
    await service.close();
    service = await startInsights(settings);
    // Each start looks at the last day once.
    await until(async () => (await metric('telltale_insights_yield_shifts_total')) === 3);
    const before = await newest(line, DAY + 8 * HOUR_US);
    await delay(1_500);
    expect(await metric('telltale_insights_yield_shifts_total')).toBe(3);
    await line.send([['state', DAY + 9 * HOUR_US, 4], ['state', DAY + 10 * HOUR_US, 1]], [{ fromUs: DAY + 9 * HOUR_US, toUs: DAY + 10 * HOUR_US, kind: 'backfilled', reason: 'History was read.' }]);
    await until(async () => (await newest(line, DAY + 8 * HOUR_US))?.elements.downtimeByReason['breakdown'] === 3600);
    expect(await newest(line, DAY + 8 * HOUR_US)).toMatchObject({ revision: (before?.revision ?? 0) + 1, restatement_reason: 'Samples of this shift came after it was final.' });
    await delay(1_500);
    expect(await metric('telltale_insights_yield_shifts_total')).toBe(4);
  });

  it('marks a shift into which samples came late without being announced, and no other', async () => {
    await line.produce(DAY, DAY + 20 * HOUR_US);
    service = await startInsights(settings);
    const reader = openSeriesReader(database.urls.telltale_insights);
    const shifts = [0, 8].map((hour) => ({ startUs: DAY + hour * HOUR_US, endUs: DAY + (hour + 8) * HOUR_US, name: '', productionDay: '' }));
    const marks = (): Promise<ReadonlyMap<number, string>> => shiftMarks(reader, line.tenant, line.tagIds, shifts);
    const before = await marks();
    expect(await marks()).toEqual(before);
    await line.send([['good', DAY + 9 * HOUR_US + 30e6, 9 * 3600 + 30]]);
    const after = await marks();
    expect(after.get(DAY)).toBe(before.get(DAY));
    expect(after.get(DAY + 8 * HOUR_US)).not.toBe(before.get(DAY + 8 * HOUR_US));
    // What held at its begin counts, too.
    await line.send([['state', DAY + 7 * HOUR_US, 4]]);
    expect((await marks()).get(DAY + 8 * HOUR_US)).not.toBe(after.get(DAY + 8 * HOUR_US));
    await reader.close();
  });

  it('settles late data only when it is worked in, and goes on there after a restart', async () => {
    await line.produce(DAY, DAY + 9 * HOUR_US);
    service = await startInsights(settings);
    await until(async () => (await checkpoint()) !== undefined);
    const recordedAtUs = Date.now() * 1000;
    await admin.query('alter table registry.shift_yield add constraint away check (false) not valid');
    try {
      await line.send([['state', DAY + HOUR_US, 4]], [{ fromUs: DAY + HOUR_US, toUs: DAY + 2 * HOUR_US, kind: 'backfilled', reason: 'History was read.' }], recordedAtUs);
      await until(async () => (await service.notReady()).length > 0);
      await delay(1_000);
      expect((await checkpoint())?.continuity).toBeLessThan(recordedAtUs);
      await service.close();
    } finally {
      await admin.query('alter table registry.shift_yield drop constraint away');
    }
    service = await startInsights(settings);
    await until(async () => (await newest())?.elements.downtimeByReason['breakdown'] === 7 * 3600);
    await until(async () => ((await checkpoint())?.continuity ?? 0) >= recordedAtUs);
    expect((await checkpoint())?.processed_through).toEqual(new Date((DAY + 9 * HOUR_US) / 1000));
  });

  it('sees an entry that was recorded earlier and committed later than the last one it saw', async () => {
    await line.produce(DAY, DAY + 9 * HOUR_US);
    service = await startInsights(settings);
    const nowUs = Date.now() * 1000;
    const gap = (hour: number, kind: 'gap' | 'backfilled') => ({ fromUs: DAY + hour * HOUR_US, toUs: DAY + (hour + 1) * HOUR_US, kind, reason: 'The PLC did not answer.' });
    await line.send([], [gap(2, 'gap')], nowUs);
    await until(async () => (await newest())?.elements.unknownS === 3600);
    await line.send([], [gap(4, 'gap')], nowUs - 5e6);
    await until(async () => (await newest())?.elements.unknownS === 7200);
  });

  it('skips no shift that passed while it was away for days', async () => {
    await line.produce(DAY, DAY + 2 * HOUR_US);
    service = await startInsights(settings);
    await until(async () => (await checkpoint()) !== undefined);
    await service.close();
    await line.produce(DAY + 3 * HOUR_US, DAY + 100 * HOUR_US, 3 * 3600);
    service = await startInsights(settings);
    await until(async () => (await newest(line, DAY + 96 * HOUR_US)) !== undefined);
    const counted = await admin.query('select distinct shift_start from registry.shift_yield where tenant_id = $1 and shift_start >= $2', [line.tenant.tenantId, new Date(DAY / 1000)]);
    expect(counted.rowCount).toBe(13);
    expect((await newest(line, DAY + 24 * HOUR_US))?.elements.gq).toBe(8 * 3600);
  });
});

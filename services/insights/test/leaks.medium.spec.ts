import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import type { RunningService } from '@telltale/service-runtime';
import { migrateSeries } from '@telltale/time-series';
import { startInsights, type InsightsSettings } from '../src/index.js';
import { insightsSettingsFor } from './insights-settings.js';
import { MINUTE_US, SteamRun } from './steam-run.js';

const T0 = Date.UTC(2026, 5, 1) * 1000;
const DAY_US = 1440 * MINUTE_US;
/** Two days of history, then the present. */
const NOW = T0 + 2 * DAY_US;

interface DetectionRow {
  readonly insight: string;
  readonly incident_key: string;
  readonly state: string;
  readonly position_m: number;
  readonly historical: boolean;
  readonly revision: number;
  readonly detected_at: Date;
  readonly loss_kg_per_hour: number;
  readonly evidence: {
    summary: string;
    lossFormula: string;
    expectedSeries: [number, number | null][];
    sensors: unknown[];
    thresholdC: number;
    completeness: number;
  };
}

describe('leak detection over the historian', () => {
  let database: TestDatabase;
  let admin: pg.Pool;
  let acme: SteamRun;
  let globex: SteamRun;
  let settings: InsightsSettings;
  let service: RunningService;

  beforeAll(async () => {
    database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
    admin = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
    admin.on('error', () => undefined);
    [acme, globex] = [await SteamRun.create(database, 'acme'), await SteamRun.create(database, 'globex')];
    await acme.write(T0, NOW, MINUTE_US);
    await globex.write(T0, NOW, MINUTE_US);
    settings = insightsSettingsFor(database);
    service = await startInsights(settings);
  }, 120_000);

  afterAll(async () => {
    await service?.close();
    await Promise.all([acme?.close(), globex?.close()]);
    await admin?.end();
    await database?.drop();
  });

  const until = async (what: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 300; i++) {
      if (await what()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('It did not happen within 30 s.');
  };
  const detections = async (run: SteamRun, insight = 'steam-leak'): Promise<DetectionRow[]> =>
    (
      await admin.query<DetectionRow>(
        'select * from registry.detection where tenant_id = $1 and insight = $2 order by detection_id',
        [run.tenant.tenantId, insight],
      )
    ).rows;
  const processedUs = async (run: SteamRun): Promise<number> => {
    const found = await admin.query<{ at: Date }>(
      `select processed_through as at from registry.insight_checkpoint where tenant_id = $1 and insight = 'steam-leak'`,
      [run.tenant.tenantId],
    );
    return (found.rows[0]?.at.getTime() ?? 0) * 1000;
  };
  const worked = (run: SteamRun, throughUs: number): Promise<void> =>
    until(async () => (await processedUs(run)) >= throughUs);
  const live = (run: SteamRun, fromMinute: number, toMinute: number): Promise<void> =>
    run.write(NOW + fromMinute * MINUTE_US, NOW + toMinute * MINUTE_US + 6e6, 5e6);

  it('learns from history and finds nothing in quiet times', async () => {
    await live(acme, 0, 5);
    await worked(acme, NOW + 5 * MINUTE_US);
    await worked(globex, NOW - 2 * MINUTE_US);
    expect([...(await detections(acme)), ...(await detections(globex))]).toEqual([]);
  }, 60_000);

  it('a 12 °C leak becomes one detection of its tenant, at its place, with evidence', async () => {
    acme.leaks.push({ xM: 18.4, fromUs: NOW + 5 * MINUTE_US, toUs: NOW + 400 * MINUTE_US, peakC: 12 });
    for (let minute = 5; minute < 10; minute++) await live(acme, minute, minute + 1);
    await worked(acme, NOW + 10 * MINUTE_US);
    const found = await detections(acme);
    expect(found).toHaveLength(1);
    const [leak] = found;
    expect(leak).toMatchObject({ state: 'open', historical: false });
    expect(Math.abs((leak?.position_m ?? 0) - 18.4)).toBeLessThanOrEqual(1.5);
    expect((leak?.detected_at.getTime() ?? 0) * 1000 - NOW).toBeLessThanOrEqual(9 * MINUTE_US);
    expect(leak?.loss_kg_per_hour).toBeGreaterThan(5);
    expect(leak?.evidence.summary).toMatch(/^The air at 18\.\d m of Rack is \d+\.\d °C warmer/);
    expect(leak?.evidence.lossFormula).toContain('kg/h');
    expect(leak?.evidence.expectedSeries.length).toBeGreaterThan(60);
    expect(leak?.evidence.sensors.length).toBeGreaterThan(5);
    expect(await detections(globex)).toEqual([]);
  }, 60_000);

  it('is visible within 2 s after the samples that complete its minute are committed', async () => {
    await live(acme, 10, 11);
    const committed = performance.now();
    await worked(acme, NOW + 11 * MINUTE_US);
    expect(performance.now() - committed).toBeLessThan(2_500);
  }, 60_000);

  it('stays one incident through a restart, and through a lost checkpoint', async () => {
    await service.close();
    await live(acme, 11, 15);
    service = await startInsights(settings);
    await worked(acme, NOW + 15 * MINUTE_US);
    await service.close();
    await admin.query('delete from registry.insight_checkpoint');
    await live(acme, 15, 20);
    service = await startInsights(settings);
    await worked(acme, NOW + 20 * MINUTE_US);
    const found = await detections(acme);
    expect(found.map(({ state }) => state)).toEqual(['open']);
  }, 90_000);

  it('finds in backfilled history what was missed, as historical, and keeps the open one', async () => {
    const [from, to] = [NOW + 20 * MINUTE_US, NOW + 200 * MINUTE_US];
    acme.leaks.push({ xM: 5.2, fromUs: from + 10 * MINUTE_US, toUs: from + 60 * MINUTE_US, peakC: 15 });
    await live(acme, 200, 210);
    await worked(acme, NOW + 210 * MINUTE_US);
    expect(await detections(acme)).toHaveLength(1);
    const tagIds = acme.tags.map(({ tagId }) => tagId);
    await acme.write(from, to, MINUTE_US, [
      { tagIds, fromUs: from, toUs: to, kind: 'backfilled', reason: 'read from the server' },
    ]);
    await until(async () => (await detections(acme)).length > 1);
    const found = await detections(acme);
    expect(found.map(({ state, historical }) => [state, historical])).toEqual([
      ['open', false],
      ['closed', true],
    ]);
    expect(Math.abs((found[1]?.position_m ?? 0) - 5.2)).toBeLessThanOrEqual(1.5);
  }, 90_000);

  it('ends the incident when the plume is gone', async () => {
    await live(acme, 210, 460);
    await worked(acme, NOW + 460 * MINUTE_US);
    expect((await detections(acme)).map(({ state }) => state)).toEqual(['closed', 'closed']);
  }, 90_000);

  it('silence is reported once and ends with the next samples', async () => {
    await service.close();
    service = await startInsights({ ...settings, NO_DATA_SECONDS: 5 });
    const silent = async (): Promise<DetectionRow[]> =>
      (await detections(globex, 'sensor-suspect')).filter((row) => row.incident_key.startsWith('no-data/'));
    await until(async () => (await silent()).length > 0);
    expect((await silent()).map(({ state }) => state)).toEqual(['open']);
    expect((await silent())[0]?.evidence.summary).toMatch(
      /^No data from the 24 sensors of Rack since 2026-06-02T23:59:00/,
    );
    await live(globex, 0, 1);
    await until(async () => (await silent())[0]?.state === 'closed');
    expect(await silent()).toHaveLength(1);
  }, 60_000);
});

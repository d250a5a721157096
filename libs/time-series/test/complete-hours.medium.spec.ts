import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openCompactor, openSeriesReader, openSeriesWriter, type TimeRange } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const TENANT = { tenantId: 41 };
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 8, 14) * 1_000;
const EVER: TimeRange = { fromUs: 0, toUs: Date.UTC(2200, 0, 1) * 1_000 };

/** Samples per hour of a tag that reports when something changes: hours are worth storing, quarters of the quiet ones are not. */
const PER_HOUR = [12, 3_600, 0, 12, 60, 2] as const;

describe('hours of a day of which only a part is stored', () => {
  let cluster: SeriesCluster;
  let writer: ReturnType<typeof openSeriesWriter>;
  let reader: ReturnType<typeof openSeriesReader>;
  let compactor: ReturnType<typeof openCompactor>;
  let seq = 0;
  let clockUs = 0;
  const times: number[] = [];

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    writer = openSeriesWriter(cluster.url('telltale_historian'), { now: () => clockUs });
    reader = openSeriesReader(cluster.url('telltale_api'));
    compactor = openCompactor(cluster.url('telltale_historian'));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close(), compactor?.close()]);
    await cluster?.close();
  });

  const come = async (sourceTimes: readonly number[]): Promise<void> => {
    times.push(...sourceTimes);
    const samples = columnsFrom(sourceTimes.map((sourceTimeUs) => ({ tagId: 1, value: 1, sourceTimeUs, serverTimeUs: sourceTimeUs, status: Status.Good })));
    const batch = { identity: { gatewayId: 41, epoch: 1, seq: ++seq }, samples, continuity: [] };
    await writer.append([{ tenant: TENANT, batch, encoded: encodeBatch(batch), receivedAtUs: clockUs }]);
    while ((await compactor.fold(TENANT, { nowUs: clockUs, untilUs: Number.MAX_SAFE_INTEGER }))!.blocks > 0);
  };
  const merge = async (): Promise<void> => {
    while ((await compactor.merge(TENANT, { nowUs: clockUs }))!.windows > 0);
  };
  const countsAreRight = async (): Promise<void> => {
    for (const widthUs of [15 * MINUTE, 45 * MINUTE, HOUR, 6 * HOUR]) {
      const buckets = await reader.buckets(TENANT, 1, { fromUs: FROM, toUs: FROM + 2 * DAY }, widthUs / SECOND);
      expect(buckets.map(({ count }) => count)).toEqual(buckets.map(({ startUs }) => times.filter((at) => at >= startUs && at < startUs + widthUs).length));
    }
  };

  it('are found at every width while the day goes on, whichever of them were worth storing', async () => {
    for (const [hour, samples] of PER_HOUR.entries()) {
      const startUs = FROM + hour * HOUR;
      clockUs = startUs + 50 * MINUTE;
      await come(Array.from({ length: Math.floor(samples * 0.75) }, (_, i) => startUs + Math.floor((i * HOUR) / samples)));
      await countsAreRight();
      clockUs = startUs + HOUR + 5 * MINUTE;
      await come(Array.from({ length: samples - Math.floor(samples * 0.75) }, (_, i) => startUs + Math.floor(((i + Math.floor(samples * 0.75)) * HOUR) / samples)));
      await countsAreRight();
      await merge();
      await countsAreRight();
    }
  });

  it('and after late samples of a silent hour, and when the day is over', async () => {
    await come(Array.from({ length: 100 }, (_, i) => FROM + 2 * HOUR + i * SECOND));
    await countsAreRight();
    clockUs = FROM + DAY + 10 * MINUTE;
    await merge();
    await come([FROM + DAY + MINUTE]);
    await countsAreRight();
  });

  it('and where an older release did not say what is complete', async () => {
    await cluster.admin('update series.rollup_day set complete = false');
    await countsAreRight();
  });

  it('in a range far longer than the history as well', async () => {
    const buckets = await reader.buckets(TENANT, 1, EVER, 7 * 86_400);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
  });

  it('and every read tells how long it took', async () => {
    const told: [string, number][] = [];
    const observed = openSeriesReader(cluster.url('telltale_api'), { onRead: (read, seconds) => told.push([read, seconds]) });
    await observed.latest(TENANT, [1]);
    await observed.buckets(TENANT, 1, { fromUs: FROM, toUs: FROM + DAY }, 3_600);
    await expect(observed.buckets(TENANT, 1, EVER, 0)).rejects.toThrow('is no bucket');
    await observed.close();
    expect(told.map(([read]) => read)).toEqual(['latest', 'buckets']);
    for (const [, seconds] of told) expect(seconds).toBeGreaterThan(0);
  });
});

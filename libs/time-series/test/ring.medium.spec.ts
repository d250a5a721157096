import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch } from '@telltale/tag-sample';
import { openCompactor, openSeriesReader, openSeriesWriter } from '../src/index.js';
import { SeriesDatabase } from '../src/series-database.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const HOUR = 3_600_000_000;
const NOW = Date.UTC(2026, 8, 14, 10, 30) * 1_000;
const TENANT = { tenantId: 1 };

describe('ring of block partitions', () => {
  let cluster: SeriesCluster;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    cluster = await startSeriesCluster();
  }, 60_000);
  afterAll(async () => {
    for (const close of closers) await close();
    await cluster?.close();
  });

  it('empties an idle partition only when all is folded and nobody reads, and remembers replays', async () => {
    const writer = openSeriesWriter(cluster.url('telltale_historian'), { now: () => NOW });
    const compactor = openCompactor(cluster.url('telltale_historian'));
    const reader = openSeriesReader(cluster.url('telltale_api'));
    const database = new SeriesDatabase(cluster.url('telltale_api'));
    closers.push(...[writer, compactor, reader, database].map((each) => () => each.close()));
    const samples = columnsFrom([{ tagId: 1, value: 5, sourceTimeUs: NOW, serverTimeUs: NOW, status: 0 }]);
    const batch = { identity: { gatewayId: 1, epoch: 1, seq: 1 }, samples, continuity: [] };
    const received = { tenant: TENANT, batch, encoded: encodeBatch(batch), receivedAtUs: NOW };
    await writer.append([received]);
    const laterUs = NOW + 2 * HOUR;
    const values = async (): Promise<number[]> =>
      (await reader.raw(TENANT, [1], { fromUs: 0, toUs: 2 * NOW })).flatMap(({ samples: { values: found } }) => [
        ...found,
      ]);

    expect((await compactor.maintain(laterUs)).reclaimed).toBe(0);
    expect(await values()).toEqual([5]);

    await database.inTenant(TENANT, 'snapshot', async (query) => {
      await compactor.fold(TENANT, { nowUs: laterUs, untilUs: laterUs });
      expect((await compactor.maintain(laterUs)).reclaimed).toBe(0);
      expect(await query('select from series.sample_block where tenant_id = 1')).toHaveLength(1);
      expect(await query('select from series.sample_chunk where tenant_id = 1')).toHaveLength(0);
    });
    expect((await compactor.maintain(NOW)).reclaimed).toBe(0);
    // Nobody waits for the end of a read: its lock may outlive its answer by a moment.
    let reclaimed = 0;
    for (let i = 0; i < 100 && reclaimed === 0; i++) {
      ({ reclaimed } = await compactor.maintain(laterUs));
      if (reclaimed === 0) await pause(20);
    }
    expect(reclaimed).toBe(1);
    expect((await compactor.maintain(laterUs)).reclaimed).toBe(0);
    expect(await values()).toEqual([5]);
    expect(await writer.append([received])).toEqual({ appended: 0, duplicates: 1, damagedPages: [] });
  });

  it('keeps samples outside all partitions', async () => {
    const writer = openSeriesWriter(cluster.url('telltale_historian'));
    const compactor = openCompactor(cluster.url('telltale_historian'));
    const reader = openSeriesReader(cluster.url('telltale_insights'));
    closers.push(...[writer, compactor, reader].map((each) => () => each.close()));
    const times = [-86_400_000_000, 0, Date.UTC(2100, 0, 1) * 1_000];
    const samples = columnsFrom(
      times.map((sourceTimeUs) => ({ tagId: 2, value: 1, sourceTimeUs, serverTimeUs: NOW, status: 0 })),
    );
    const batch = { identity: { gatewayId: 1, epoch: 2, seq: 1 }, samples, continuity: [] };
    await writer.append([{ tenant: TENANT, batch, encoded: encodeBatch(batch), receivedAtUs: NOW }]);
    await compactor.fold(TENANT, { nowUs: NOW, untilUs: Number.MAX_SAFE_INTEGER });
    expect((await compactor.backlog(TENANT)).blocks).toBe(0);
    const [found] = await reader.raw(TENANT, [2], { fromUs: -1e15, toUs: 1e16 });
    expect([...(found?.samples.sourceTimesUs ?? [])]).toEqual(times);
    expect((await reader.latest(TENANT, [2]))[0]?.sourceTimeUs).toBe(0);
    expect((await reader.asOf(TENANT, [2], NOW))[0]?.sourceTimeUs).toBe(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status, type ContinuityRow, type Sample } from '@telltale/tag-sample';
import {
  migrateSeries,
  openAppendListener,
  openBatchLedger,
  openCompactor,
  openSeriesReader,
  openSeriesWriter,
  type ReceivedBatch,
} from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const T0 = 1_790_000_000_000_000;
const tenant = (tenantId: number) => ({ tenantId });

export function received(
  tenantId: number,
  seq: number,
  samples: readonly Sample[],
  continuity: readonly ContinuityRow[] = [],
  gatewayId = 1,
): ReceivedBatch {
  const batch = { identity: { gatewayId, epoch: 1, seq }, samples: columnsFrom(samples), continuity };
  return { tenant: tenant(tenantId), batch, encoded: encodeBatch(batch), receivedAtUs: T0 + 3_600_000_000 };
}

const sample = (tagId: number, second: number, value = second, status: number = Status.Good): Sample => ({
  tagId,
  value,
  sourceTimeUs: T0 + second * 1_000_000,
  serverTimeUs: T0 + second * 1_000_000 + 1_000,
  status,
});

describe('append', () => {
  let cluster: SeriesCluster;
  let writer: ReturnType<typeof openSeriesWriter>;
  let reader: ReturnType<typeof openSeriesReader>;
  let ledger: ReturnType<typeof openBatchLedger>;

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    writer = openSeriesWriter(cluster.url('telltale_historian'));
    reader = openSeriesReader(cluster.url('telltale_insights'));
    ledger = openBatchLedger(cluster.url('telltale_ingest'));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close(), ledger?.close()]);
    await cluster?.close();
  });

  it('migrates twice and concurrently', async () => {
    const owner = cluster.url('telltale_owner');
    expect(await Promise.all([migrateSeries(owner), migrateSeries(owner)])).toEqual([[], []]);
  });

  it('stores a batch once, however often it comes', async () => {
    const batch = received(1, 1, [sample(5, 0), sample(5, 1), sample(6, 0, NaN, Status.BadTimeout)]);
    expect(await writer.isCommitted(batch.tenant, batch.batch.identity)).toBe(false);
    expect(await writer.append([batch, batch])).toEqual({ appended: 1, duplicates: 1, damagedPages: [] });
    expect(await writer.isCommitted(batch.tenant, batch.batch.identity)).toBe(true);
    expect(await writer.isCommitted(tenant(2), batch.batch.identity)).toBe(false);
    expect(await writer.append([batch])).toEqual({ appended: 0, duplicates: 1, damagedPages: [] });
    const raw = await reader.raw(tenant(1), [5, 6], { fromUs: T0, toUs: T0 + 1_000_001 });
    expect(raw.map(({ tagId, samples }) => [tagId, [...samples.values]])).toEqual([
      [5, [0, 1]],
      [6, [NaN]],
    ]);
    expect(await reader.raw(tenant(1), [5], { fromUs: T0, toUs: T0 + 1_000_000 })).toHaveLength(1);
    expect(await reader.raw(tenant(2), [5, 6], { fromUs: 0, toUs: T0 * 2 })).toEqual([]);
  });

  it('reads a long range in pieces with few questions, from the log and from history', async () => {
    const YEAR = 365 * 86_400;
    const seconds = [-2 * YEAR, -2 * YEAR + 1, -YEAR, 0];
    await writer.append([received(19, 1, seconds.map((second) => sample(5, second, 1)))]);
    let questions = 0;
    const counting = openSeriesReader(cluster.url('telltale_insights'), { observe: () => (questions += 1) });
    const times = async (): Promise<number[]> => {
      const found: number[] = [];
      for await (const { sourceTimesUs } of counting.pieces(tenant(19), 5, { fromUs: T0 - 10 * YEAR * 1e6, toUs: T0 + YEAR * 1e6 })) found.push(...sourceTimesUs);
      return found;
    };
    const expected = seconds.map((second) => T0 + second * 1_000_000);
    const compactor = openCompactor(cluster.url('telltale_historian'));
    expect((await compactor.fold(tenant(19), { nowUs: T0, untilUs: Number.MAX_SAFE_INTEGER }))?.samples).toBe(4);
    await compactor.close();
    expect(await times()).toEqual(expected);
    expect(questions).toBeLessThan(200);
    // What is in the log alone ends a silence as well.
    await writer.append([received(19, 2, [sample(5, -5 * YEAR, 1)])]);
    expect(await times()).toEqual([T0 - 5 * YEAR * 1e6, ...expected]);
    await counting.close();
  });

  it('stores a batch once when two historians append it at the same time', async () => {
    const batches = Array.from({ length: 12 }, (_, i) => received(3, i + 1, [sample(7, i)]));
    const second = openSeriesWriter(cluster.url('telltale_historian'));
    const outcomes = await Promise.all(batches.flatMap((batch) => [writer.append([batch]), second.append([batch])]));
    await second.close();
    expect(outcomes.reduce((sum, { appended }) => sum + appended, 0)).toBe(12);
    const [raw] = await reader.raw(tenant(3), [7], { fromUs: T0, toUs: T0 + 60_000_000 });
    expect([...(raw?.samples.values ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await ledger.watermark(tenant(3), 1, 1)).toBe(12);
  });

  it('keeps the watermark below the first hole, until the hole is filled or set aside', async () => {
    await writer.append([
      received(4, 1, [sample(1, 1)]),
      received(4, 2, [sample(1, 2)]),
      received(4, 4, [sample(1, 4)]),
    ]);
    expect(await ledger.watermark(tenant(4), 1, 1)).toBe(2);
    await writer.setAside(tenant(4), { gatewayId: 1, epoch: 1, seq: 3 });
    expect(await ledger.watermark(tenant(4), 1, 1)).toBe(4);
    // Released from quarantine later, it is still appended exactly once.
    expect(await writer.append([received(4, 3, [sample(1, 3)])])).toEqual({ appended: 1, duplicates: 0, damagedPages: [] });
    expect(await writer.append([received(4, 3, [sample(1, 3)])])).toEqual({ appended: 0, duplicates: 1, damagedPages: [] });
    expect(await ledger.watermark(tenant(9), 1, 1)).toBe(0);
  });

  it('appends all batches of a transaction or none', async () => {
    const good = received(5, 1, [sample(1, 1)]);
    const evil = { ...received(5, 1, [sample(1, 2)]) };
    await expect(writer.append([good, evil])).rejects.toThrow(expect.objectContaining({ code: 'BATCH_MISMATCH' }));
    expect(await ledger.watermark(tenant(5), 1, 1)).toBe(0);
    expect(await reader.raw(tenant(5), [1], { fromUs: 0, toUs: T0 * 2 })).toEqual([]);
  });

  it('keeps the newest sample of each tag as the latest, whatever the order, and ignores a clock that runs ahead', async () => {
    await writer.append([received(6, 1, [sample(1, 10), sample(2, 10)])]);
    await writer.append([received(6, 2, [sample(1, 5), sample(2, 20), sample(3, 1)])]);
    await writer.append([received(6, 3, [sample(2, 20, 99, Status.BadTimeout), sample(3, 3_600 + 301)])]);
    const latest = await reader.latest(tenant(6), [1, 2, 3, 4]);
    expect(latest.map(({ tagId, value, status }) => [tagId, value, status])).toEqual([
      [1, 10, 0],
      [2, 20, 0],
      [3, 1, 0],
    ]);
  });

  it('records continuity rows with the batch, exactly once', async () => {
    const gap: ContinuityRow = {
      tagIds: [1, 2],
      fromUs: T0,
      toUs: T0 + 9_000_000,
      kind: 'gap',
      reason: 'The device did not\0 answer.',
    };
    const batch = received(7, 1, [], [gap, { ...gap, kind: 'backfilled' }]);
    await writer.append([batch]);
    await writer.append([batch]);
    const entries = await reader.continuity(tenant(7), [2], { fromUs: T0 + 8_999_999, toUs: T0 + 20_000_000 });
    expect(entries.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['gap', 'The device did not answer.'],
      ['backfilled', 'The device did not answer.'],
    ]);
    const [entry] = entries;
    expect(await reader.continuitySince(tenant(7), (entry?.recordedAtUs ?? 0) - 1)).toHaveLength(4);
    expect(await reader.continuitySince(tenant(7), entry?.recordedAtUs ?? 0)).toHaveLength(0);
    expect(await ledger.watermark(tenant(7), 1, 1)).toBe(1);
  });

  it('wakes listeners with the tenant, also after the connection broke', async () => {
    const listener = openAppendListener(cluster.url('telltale_api'));
    const woken: number[] = [];
    listener.onAppend((tenantId) => woken.push(tenantId));
    const until = async (wanted: number, seq: number): Promise<void> => {
      for (let i = 0; i < 100 && !woken.includes(wanted); i++) {
        await writer.append([received(wanted, seq + i, [sample(1, i)])]);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await until(10, 1);
    await cluster.admin(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'telltale listener'`,
    );
    await until(11, 1);
    expect(woken).toEqual(expect.arrayContaining([10, 11]));
    await listener.close();
  });

  it('shows no tenant anything of another, also not to a tampering role', async () => {
    const client = await cluster.grafana(1);
    await client.query(`select set_config('app.tenant_id', '6', false)`);
    expect((await client.query('select distinct tenant_id from series.tag_latest')).rows).toEqual([{ tenant_id: 1 }]);
    await expect(client.query('select * from series.sample_block')).rejects.toThrow('permission denied');
    await expect(client.query('select * from series.sample_block_0')).rejects.toThrow('permission denied');
    await expect(client.query('select series.reclaim_blocks(0::int2)')).rejects.toThrow('permission denied');
    await client.end();
    await expect(writer.setAside(tenant(NaN), { gatewayId: 1, epoch: 1, seq: 1 })).rejects.toThrow();
  });
});

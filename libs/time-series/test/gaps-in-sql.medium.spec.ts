import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openCompactor, openRetentionBook, openSeriesReader, openSeriesWriter } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const TENANT = { tenantId: 1 };
const FROM = Date.UTC(2026, 8, 14, 10) * 1_000;
const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;
/** Seconds of the samples of each tag; the one at 10 s is bad, the one at 130 s the newest. */
const SAMPLES = [0, 10, 20, 30, 50, 70, 130];
/** The gap of a tag, and what good samples cover of the first and of both minutes, s; of the first one also when only the minute is left. */
const CASES = [
  { name: 'a gap over a bad sample', tagId: 1, gap: [5, 25], first: 5 + 0 + 20 + 10, both: 5 + 0 + 20 + 70, retired: 40 - 20 + 10 },
  { name: 'a gap after which a sample no longer holds', tagId: 2, gap: [32, 34], first: 10 + 10 + 2 + 10, both: 10 + 10 + 2 + 70, retired: 40 - 2 + 10 },
  { name: 'no gap', tagId: 3, gap: undefined, first: 10 + 10 + 20 + 10, both: 10 + 10 + 20 + 70, retired: 40 + 10 },
] as const;

describe('declared gaps inside a minute', () => {
  let cluster: SeriesCluster;
  beforeAll(async () => {
    cluster = await startSeriesCluster();
    const writer = openSeriesWriter(cluster.url('telltale_historian'));
    const compactor = openCompactor(cluster.url('telltale_historian'));
    const samples = CASES.flatMap(({ tagId }) =>
      SAMPLES.map((second) => ({ tagId, value: second, sourceTimeUs: FROM + second * 1e6, serverTimeUs: FROM, status: second === 10 ? Status.BadTimeout : Status.Good })),
    );
    const continuity = CASES.flatMap(({ tagId, gap }) =>
      gap === undefined ? [] : [{ tagIds: [tagId], fromUs: FROM + gap[0] * 1e6, toUs: FROM + gap[1] * 1e6, kind: 'gap' as const, reason: 'The line was down.' }],
    );
    const batch = { identity: { gatewayId: 1, epoch: 1, seq: 1 }, samples: columnsFrom(samples), continuity };
    await writer.append([{ tenant: TENANT, batch, encoded: encodeBatch(batch), receivedAtUs: FROM + 3 * MINUTE }]);
    while ((await compactor.fold(TENANT, { nowUs: FROM + 3 * MINUTE, untilUs: Number.MAX_SAFE_INTEGER }))!.blocks > 0);
    await Promise.all([writer.close(), compactor.close()]);
  }, 60_000);
  afterAll(() => cluster?.close());

  /** Completeness of the first minute, and of the first two, of the reader and of SQL. */
  const completenessOf = async (tagId: number): Promise<{ minute: unknown[]; both: unknown[] }> => {
    const interval = { fromUs: FROM, toUs: FROM + 2 * MINUTE };
    const reader = openSeriesReader(cluster.url('telltale_insights'));
    const [minute] = await reader.buckets(TENANT, tagId, interval, 60);
    const [found] = await reader.summaries(TENANT, [tagId], [interval]);
    await reader.close();
    const grafana = await cluster.grafana(TENANT.tenantId);
    const [from, to] = [new Date(interval.fromUs / 1_000), new Date(interval.toUs / 1_000)];
    const buckets = await grafana.query(`select * from series.tag_buckets($1, $2, $3, '1 minute')`, [tagId, from, to]);
    const intervals = await grafana.query('select * from series.tag_intervals($1, $2, $3)', [tagId, [from], [to]]);
    await grafana.end();
    return { minute: [minute?.completeness, buckets.rows[0]?.completeness], both: [found?.summaries[0]?.completeness, intervals.rows[0]?.completeness] };
  };
  const close = (seconds: number, of: number): unknown => expect.closeTo(seconds / of, 9);

  it.each(CASES)('$name: SQL and the reader cover the same time', async ({ tagId, first, both }) => {
    expect(await completenessOf(tagId)).toEqual({ minute: [close(first, 60), close(first, 60)], both: [close(both, 120), close(both, 120)] });
  });

  describe('when the samples are retired', () => {
    beforeAll(async () => {
      const book = openRetentionBook(cluster.url('telltale_api'));
      await book.setClass(TENANT, { class: 'default', thinDays: null, rawDays: 10, minuteDays: 20, quarterDays: 30, hourDays: null });
      await book.close();
      const compactor = openCompactor(cluster.url('telltale_historian'));
      while ((await compactor.merge(TENANT, { nowUs: FROM + 12 * DAY }))!.windows > 0);
      await compactor.retire(TENANT, { nowUs: FROM + 12 * DAY });
      await compactor.close();
    });

    it.each(CASES)('$name: SQL and the reader take the whole gap off', async ({ tagId, retired }) => {
      const reader = openSeriesReader(cluster.url('telltale_api'));
      const [raw] = await reader.raw(TENANT, [tagId], { fromUs: FROM, toUs: FROM + 2 * MINUTE });
      await reader.close();
      expect(raw?.samples.values.length ?? 0).toBe(0);
      expect((await completenessOf(tagId)).minute).toEqual([close(retired, 60), close(retired, 60)]);
    });
  });
});

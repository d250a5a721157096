import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openCompactor, openSeriesReader, openSeriesWriter } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const TENANT = { tenantId: 1 };
const FROM = Date.UTC(2026, 8, 14, 10) * 1_000;
const MINUTE = 60_000_000;
/** Seconds of the samples of each tag; the one at 10 s is bad, the one at 130 s the newest. */
const SAMPLES = [0, 10, 20, 30, 50, 70, 130];
/** The gap of a tag, and what good samples cover of the first and of both minutes, s. */
const CASES = [
  { name: 'a gap over a bad sample', tagId: 1, gap: [5, 25], first: 5 + 0 + 20 + 10, both: 5 + 0 + 20 + 70 },
  { name: 'a gap after which a sample no longer holds', tagId: 2, gap: [32, 34], first: 10 + 10 + 2 + 10, both: 10 + 10 + 2 + 70 },
  { name: 'no gap', tagId: 3, gap: undefined, first: 10 + 10 + 20 + 10, both: 10 + 10 + 20 + 70 },
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

  it.each(CASES)('$name: SQL and the reader cover the same time', async ({ tagId, first, both }) => {
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
    for (const completeness of [minute?.completeness, buckets.rows[0]?.completeness]) expect(completeness).toBeCloseTo(first / 60, 9);
    for (const completeness of [found?.summaries[0]?.completeness, intervals.rows[0]?.completeness]) expect(completeness).toBeCloseTo(both / 120, 9);
  });
});

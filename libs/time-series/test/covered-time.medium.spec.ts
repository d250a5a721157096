import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status, type ContinuityRow } from '@telltale/tag-sample';
import { openCompactor, openRetentionBook, openSeriesReader, openSeriesWriter } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 8, 14) * 1_000;
const TAG = 1;

describe('time that good samples cover', () => {
  let cluster: SeriesCluster;
  beforeAll(async () => {
    cluster = await startSeriesCluster();
  }, 60_000);
  afterAll(() => cluster?.close());

  /** Appends at `nowUs` and folds it a day later. */
  const store = async (tenantId: number, seconds: readonly number[], nowUs: number, continuity: readonly ContinuityRow[] = []): Promise<void> => {
    const writer = openSeriesWriter(cluster.url('telltale_historian'), { now: () => nowUs });
    const compactor = openCompactor(cluster.url('telltale_historian'));
    const samples = columnsFrom(seconds.map((second) => ({ tagId: TAG, value: second % 10, sourceTimeUs: FROM + second * SECOND, serverTimeUs: nowUs, status: Status.Good })));
    const batch = { identity: { gatewayId: 1, epoch: 1, seq: 1 }, samples, continuity };
    await writer.append([{ tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: nowUs }]);
    while ((await compactor.fold({ tenantId }, { nowUs: nowUs + DAY, untilUs: Number.MAX_SAFE_INTEGER }))!.blocks > 0);
    await Promise.all([writer.close(), compactor.close()]);
  };
  const covered = async (tenantId: number, from: number, to: number, bucketS: number): Promise<number[]> => {
    const reader = openSeriesReader(cluster.url('telltale_api'));
    const buckets = await reader.buckets({ tenantId }, TAG, { fromUs: FROM + from * SECOND, toUs: FROM + to * SECOND }, bucketS);
    await reader.close();
    return buckets.map(({ completeness }) => completeness);
  };

  it('ends at a gap between minutes whose samples were retired, whatever the width', async () => {
    const seconds = Array.from({ length: 720 }, (_, i) => i * 5).filter((second) => second < 60 || second >= 240);
    await store(1, seconds, FROM + HOUR, [{ tagIds: [TAG], fromUs: FROM + 60 * SECOND, toUs: FROM + 230 * SECOND, kind: 'gap', reason: 'The line was down.' }]);
    const book = openRetentionBook(cluster.url('telltale_api'));
    await book.setClass({ tenantId: 1 }, { class: 'default', thinDays: null, rawDays: 10, minuteDays: 400, quarterDays: null, hourDays: null });
    await book.close();
    const compactor = openCompactor(cluster.url('telltale_historian'));
    expect((await compactor.retire({ tenantId: 1 }, { nowUs: FROM + 12 * DAY }))?.rawRetired).toBeGreaterThan(0);
    await compactor.close();
    expect(await covered(1, 0, 300, 60)).toEqual([1, 0, 0, 0, 1]);
    for (const [width, share] of [[300, 0.4], [120, 0.5], [600, 0.7]] as const) expect((await covered(1, 0, width, width))[0]).toBeCloseTo(share, 9);
  });

  it('goes on behind the end of the range when the clock of the device is ahead for good', async () => {
    // Ten minutes ahead of every receipt: none of them is a latest value.
    await store(2, Array.from({ length: 1_080 }, (_, i) => i * 10), FROM - HOUR);
    for (const width of [60, 300, 3_600]) expect((await covered(2, 3_600, 7_200, width)).at(-1)).toBe(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status, type ContinuityRow } from '@telltale/tag-sample';
import { openCompactor, openRetentionBook, openSeriesReader, openSeriesWriter, type RetireOutcome } from '../src/index.js';
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

  describe('ends at a declared gap', () => {
    const WIDTHS = [60, 120, 300, 600, 900, 3_600];
    /** A sample in 5 s, none from 1 to 4 minutes. */
    const share = (width: number): number => (width === 60 ? 1 : (Math.min(60, width) + Math.max(0, width - 240)) / width);
    const counts = async (width: number): Promise<number> => {
      const reader = openSeriesReader(cluster.url('telltale_api'));
      const [first] = await reader.buckets({ tenantId: 1 }, TAG, { fromUs: FROM, toUs: FROM + width * SECOND }, width);
      await reader.close();
      return first?.count ?? 0;
    };
    const retireAt = async (day: number): Promise<RetireOutcome | undefined> => {
      const compactor = openCompactor(cluster.url('telltale_historian'));
      const done = await compactor.retire({ tenantId: 1 }, { nowUs: FROM + day * DAY });
      await compactor.close();
      return done;
    };
    const bySql = async (width: number): Promise<number> => {
      const grafana = await cluster.grafana(1);
      const { rows } = await grafana.query(`select completeness from series.tag_buckets($1, $2, $3, make_interval(secs => $4))`, [TAG, new Date(FROM / 1_000), new Date(FROM / 1_000 + width * 1_000), width]);
      await grafana.end();
      return rows[0].completeness;
    };
    const expectShares = async (widths: readonly number[], sqlWidths = widths): Promise<void> => {
      for (const width of widths) {
        expect([width, await counts(width)]).toEqual([width, Math.min(12, width / 5) + Math.max(0, (width - 240) / 5)]);
        expect([width, (await covered(1, 0, width, width))[0]]).toEqual([width, expect.closeTo(share(width), 9)]);
        if (sqlWidths.includes(width)) expect([width, await bySql(width)]).toEqual([width, expect.closeTo(share(width), 9)]);
      }
    };

    beforeAll(async () => {
      const seconds = Array.from({ length: 721 }, (_, i) => i * 5).filter((second) => second < 60 || second >= 240);
      await store(1, seconds, FROM + HOUR, [{ tagIds: [TAG], fromUs: FROM + 60 * SECOND, toUs: FROM + 230 * SECOND, kind: 'gap', reason: 'The line was down.' }]);
      const book = openRetentionBook(cluster.url('telltale_api'));
      await book.setClass({ tenantId: 1 }, { class: 'default', thinDays: null, rawDays: 10, minuteDays: 20, quarterDays: 30, hourDays: null });
      await book.close();
    });

    it('while its samples are stored, whatever the width', async () => {
      await expectShares(WIDTHS);
    });

    it('when they are retired', async () => {
      expect((await retireAt(12))?.rawRetired).toBeGreaterThan(0);
      await expectShares(WIDTHS);
      expect(await covered(1, 0, 300, 60)).toEqual([1, 0, 0, 0, 1]);
    });

    it('when the minutes are', async () => {
      expect((await retireAt(22))?.minutesRetired).toBeGreaterThan(0);
      // SQL knows no quarters.
      await expectShares([900, 3_600], [3_600]);
    });

    it('when the quarters are', async () => {
      expect((await retireAt(32))?.quartersRetired).toBeGreaterThan(0);
      await expectShares([3_600]);
    });
  });

  it('goes on behind the end of the range when the clock of the device is ahead for good', async () => {
    // Ten minutes ahead of every receipt: none of them is a latest value.
    await store(2, Array.from({ length: 1_080 }, (_, i) => i * 10), FROM - HOUR);
    for (const width of [60, 300, 3_600]) expect((await covered(2, 3_600, 7_200, width)).at(-1)).toBe(1);
  });
});

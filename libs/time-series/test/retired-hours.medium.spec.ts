import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openCompactor, openRetentionBook, openSeriesReader, openSeriesWriter } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const DAY = 86_400_000_000;
const HOUR = 3_600_000_000;
const SECOND = 1_000_000;
const FROM = Date.UTC(2026, 8, 14) * 1_000;
const NOW = FROM + 100 * DAY;
const TAG = 1;

describe('hours whose minutes were retired', () => {
  let cluster: SeriesCluster;
  let writer: ReturnType<typeof openSeriesWriter>;
  let reader: ReturnType<typeof openSeriesReader>;
  let compactor: ReturnType<typeof openCompactor>;
  let book: ReturnType<typeof openRetentionBook>;

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    writer = openSeriesWriter(cluster.url('telltale_historian'));
    reader = openSeriesReader(cluster.url('telltale_api'));
    compactor = openCompactor(cluster.url('telltale_historian'));
    book = openRetentionBook(cluster.url('telltale_api'));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close(), compactor?.close(), book?.close()]);
    await cluster?.close();
  });

  const plant = async (tenantId: number) => {
    const tenant = { tenantId };
    const range = { fromUs: FROM, toUs: FROM + DAY };
    await book.setClass(tenant, { class: 'default', thinDays: null, rawDays: 10, minuteDays: 20, quarterDays: null, hourDays: null });
    let seq = 0;
    const counts = async (seconds: number): Promise<number[]> => (await reader.buckets(tenant, TAG, range, seconds)).map(({ count }) => count);
    return {
      counts,
      total: async (seconds: number): Promise<number> => (await counts(seconds)).reduce((sum, count) => sum + count, 0),
      buckets: (seconds: number) => reader.buckets(tenant, TAG, range, seconds),
      rawCount: async (): Promise<number> => (await reader.raw(tenant, [TAG], range))[0]?.samples.values.length ?? 0,
      /** Samples that came too late. */
      append: async (count: number, fromUs: number, everyUs: number): Promise<number> => {
        const samples = Array.from({ length: count }, (_, i) => ({ tagId: TAG, value: i % 10, sourceTimeUs: fromUs + i * everyUs, serverTimeUs: FROM, status: Status.Good }));
        const batch = { identity: { gatewayId: 1, epoch: 1, seq: ++seq }, samples: columnsFrom(samples), continuity: [] };
        await writer.append([{ tenant, batch, encoded: encodeBatch(batch), receivedAtUs: NOW }]);
        return (await compactor.fold(tenant, { nowUs: NOW, untilUs: Number.MAX_SAFE_INTEGER }))?.tooLate ?? 0;
      },
      merge: async (): Promise<void> => {
        while ((await compactor.merge(tenant, { nowUs: NOW }))!.windows > 0);
      },
      retire: async (nowUs: number): Promise<void> => {
        for (let rows = 1; rows > 0;) {
          const done = await compactor.retire(tenant, { nowUs, maxRows: 3 });
          rows = Object.values(done ?? {}).reduce((sum, count) => sum + count, 0);
        }
      },
    };
  };

  it('take no late sample, dense ones as little as sparse ones', async () => {
    const { append, retire, buckets, counts } = await plant(51);
    await append(4 * 3_600, FROM, SECOND);
    const before = (await buckets(3_600)).slice(0, 3);
    await retire(FROM + 22 * DAY);
    expect(await append(1, FROM + 17, SECOND)).toBe(1);
    expect((await buckets(3_600)).slice(0, 3)).toEqual(before);
    // Nor when their day has a chunk again, of an hour that was silent.
    expect(await append(2, FROM + 7 * HOUR, SECOND)).toBe(0);
    expect(await append(3, FROM + 3 * HOUR + 19, 2 * HOUR)).toBe(1);
    expect(await append(1, FROM + 7 * HOUR + 10 * SECOND, SECOND)).toBe(0);
    expect((await buckets(3_600)).slice(0, 3)).toEqual(before);
    expect((await counts(3_600)).slice(0, 8)).toEqual([3_600, 3_600, 3_600, 3_600, 0, 1, 0, 4]);
  });

  it('stay when their day, with what comes late for another hour, would not be worth storing', async () => {
    const { append, retire, counts } = await plant(56);
    await append(10, FROM, SECOND);
    await retire(FROM + 22 * DAY);
    expect(await append(1, FROM + HOUR, SECOND)).toBe(0);
    expect((await counts(3_600)).slice(0, 2)).toEqual([10, 1]);
  });

  it('have their quarters, also where only the hours were worth storing', async () => {
    const { append, retire, buckets } = await plant(52);
    await append(24 * 12, FROM, 300 * SECOND);
    const [quarters, hours] = [await buckets(900), await buckets(3_600)];
    await retire(FROM + 22 * DAY);
    expect(await buckets(900)).toEqual(quarters);
    expect(await buckets(3_600)).toEqual(hours);
  });

  it('have their quarters where those of some hours of the day were stored', async () => {
    const { append, retire, counts } = await plant(53);
    await append(12 * 12, FROM, 300 * SECOND);
    await append(3_600, FROM + 20 * HOUR, SECOND);
    await retire(FROM + 22 * DAY);
    const quarters = Array.from({ length: 96 }, (_, i) => (i < 48 ? 3 : i >= 80 && i < 84 ? 900 : 0));
    expect(await counts(900)).toEqual(quarters);
  });

  it('are those of all their chunks: an hour that is about to merge waits', async () => {
    const { append, merge, retire, total, counts, rawCount } = await plant(54);
    await append(18_000, FROM, SECOND / 5);
    await merge();
    await retire(FROM + 10 * DAY + 300 * SECOND);
    expect(await rawCount()).toBe(16_500);
    // A part without its samples and one that changes.
    expect(await append(1, FROM + 1_501 * SECOND + 17, SECOND)).toBe(0);
    await retire(FROM + 22 * DAY);
    expect([await total(60), await total(3_600)]).toEqual([18_001, 18_001]);
    await merge();
    expect([(await counts(3_600))[0], await rawCount()]).toEqual([18_001, 1_501]);
    await retire(FROM + 22 * DAY);
    expect([await total(60), await rawCount()]).toEqual([0, 0]);
    expect((await counts(3_600))[0]).toBe(18_001);
    expect((await counts(900)).slice(0, 4)).toEqual([4_500, 4_501, 4_500, 4_500]);
    // More than fit into one chunk are refused as one sample is.
    expect(await append(17_000, FROM + 19, SECOND / 5)).toBe(17_000);
    expect((await counts(3_600))[0]).toBe(18_001);
  });

  it('go wholly, past the limit of a step, and not while a hold needs a part of them', async () => {
    const { append, merge, retire, total } = await plant(55);
    await append(18_000, FROM, SECOND / 5);
    await merge();
    const { holdId } = await book.placeHold({ tenantId: 55 }, { tagIds: [TAG], fromUs: FROM + 600 * SECOND, toUs: FROM + 601 * SECOND, reason: 'Incident 12' }, NOW);
    await retire(FROM + 22 * DAY);
    expect(await total(60)).toBe(18_000);
    await book.releaseHold({ tenantId: 55 }, holdId);
    expect(await compactor.retire({ tenantId: 55 }, { nowUs: FROM + 22 * DAY, maxRows: 3 })).toMatchObject({ minutesRetired: 12 });
    expect([await total(60), await total(3_600)]).toEqual([0, 18_000]);
  });
});

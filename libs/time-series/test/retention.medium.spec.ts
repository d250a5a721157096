import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status, type Sample } from '@telltale/tag-sample';
import { eraseTenant, openCompactor, openRetentionBook, openSeriesReader, openSeriesWriter, type BucketColumns } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const DAY = 86_400_000_000;
const HOUR = 3_600_000_000;
const FROM = Date.UTC(2026, 8, 14) * 1_000;
const NOW = FROM + 100 * DAY;

describe('retention', () => {
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

  const append = async (tenantId: number, seq: number, samples: readonly Sample[]): Promise<{ tooLate: number }> => {
    const batch = { identity: { gatewayId: tenantId, epoch: 1, seq }, samples: columnsFrom(samples), continuity: [] };
    await writer.append([{ tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: NOW }]);
    let tooLate = 0;
    for (let blocks = 1; blocks > 0;) {
      const done = await compactor.fold({ tenantId }, { nowUs: NOW, untilUs: Number.MAX_SAFE_INTEGER });
      blocks = done?.blocks ?? 0;
      tooLate += done?.tooLate ?? 0;
    }
    return { tooLate };
  };
  const retire = async (tenantId: number, nowUs: number): Promise<number> => {
    let rows = 0;
    for (;;) {
      const done = await compactor.retire({ tenantId }, { nowUs, maxRows: 3 });
      const now = Object.values(done ?? {}).reduce((sum, count) => sum + count, 0);
      if (now === 0) return rows;
      rows += now;
    }
  };
  /** Tag 1 dense, tag 2 with few samples an hour: neither minutes nor hours of it are stored. */
  const twoDays = (tagIds: readonly number[]): Sample[] =>
    tagIds.flatMap((tagId) =>
      Array.from({ length: tagId % 2 === 1 ? 5_760 : 96 }, (_, i) => ({
        tagId,
        value: Math.round(1_000 * Math.sin(i)) / 100,
        sourceTimeUs: FROM + i * (tagId % 2 === 1 ? 30_000_000 : 1_800_000_000),
        serverTimeUs: FROM,
        status: i % 50 === 7 ? Status.BadTimeout : Status.Good,
      })),
    );
  const hours = async (tenantId: number, tagId: number): Promise<BucketColumns | undefined> =>
    (await reader.bucketsOfTags({ tenantId }, [tagId], { fromUs: FROM, toUs: FROM + 2 * DAY }, 3_600))[0]?.buckets;
  const minutes = async (tenantId: number, tagId: number): Promise<number> =>
    (await reader.buckets({ tenantId }, tagId, { fromUs: FROM, toUs: FROM + 2 * DAY }, 60)).reduce((sum, { count }) => sum + count, 0);
  const rawCount = async (tenantId: number, tagId: number): Promise<number> =>
    (await reader.raw({ tenantId }, [tagId], { fromUs: FROM, toUs: FROM + 2 * DAY }))[0]?.samples.values.length ?? 0;

  it('retires level by level and every coarser level stays what it was, stored before or not', async () => {
    const tenantId = 21;
    await append(tenantId, 1, twoDays([1, 2]));
    const [dense, sparse] = [await hours(tenantId, 1), await hours(tenantId, 2)];
    expect(await retire(tenantId, NOW)).toBe(0);
    await book.setClass({ tenantId }, { class: 'default', thinDays: null, rawDays: 10, minuteDays: 20, quarterDays: 30, hourDays: 40 });

    expect(await retire(tenantId, FROM + 11 * DAY - 1)).toBe(0);
    await retire(tenantId, FROM + 12 * DAY);
    expect(await Promise.all([rawCount(tenantId, 1), rawCount(tenantId, 2)])).toEqual([0, 0]);
    expect(await Promise.all([minutes(tenantId, 1), minutes(tenantId, 2)])).toEqual([5_760, 96]);
    expect([await hours(tenantId, 1), await hours(tenantId, 2)]).toEqual([dense, sparse]);
    // A sample of a time whose raw samples are gone can't be merged with them any more.
    const [late] = twoDays([2]);
    expect(await append(tenantId, 2, [{ ...late!, sourceTimeUs: FROM + 17_000_000 }])).toEqual({ tooLate: 1 });

    await retire(tenantId, FROM + 22 * DAY);
    expect(await Promise.all([minutes(tenantId, 1), minutes(tenantId, 2)])).toEqual([0, 0]);
    expect([await hours(tenantId, 1), await hours(tenantId, 2)]).toEqual([dense, sparse]);
    expect(await append(tenantId, 3, [{ ...late!, sourceTimeUs: FROM + 19_000_000 }])).toEqual({ tooLate: 1 });
    expect(await hours(tenantId, 2)).toEqual(sparse);

    await retire(tenantId, FROM + 42 * DAY);
    expect((await hours(tenantId, 1))?.count.some((count) => count > 0)).toBe(false);
  });

  it('keeps the minutes of retired hours when a sample comes late for a silent hour of their day', async () => {
    const tenantId = 27;
    const sample = (sourceTimeUs: number): Sample => ({ tagId: 15, value: 1, sourceTimeUs, serverTimeUs: FROM, status: Status.Good });
    await append(tenantId, 1, Array.from({ length: 5 * 3_600 }, (_, i) => sample(FROM + i * 1_000_000)));
    await book.setClass({ tenantId }, { class: 'default', thinDays: null, rawDays: 10, minuteDays: null, quarterDays: null, hourDays: null });
    await retire(tenantId, NOW);
    expect(await append(tenantId, 2, [sample(FROM + 7 * HOUR)])).toEqual({ tooLate: 0 });
    while ((await compactor.merge({ tenantId }, { nowUs: NOW }))!.windows > 0);
    expect(await minutes(tenantId, 15)).toBe(5 * 3_600 + 1);
    expect(await rawCount(tenantId, 15)).toBe(1);
  });

  it('keeps what a legal hold names, and classes apart', async () => {
    const tenantId = 22;
    await append(tenantId, 1, twoDays([3, 5, 7]));
    await book.setClass({ tenantId }, { class: 'default', thinDays: null, rawDays: 10, minuteDays: null, quarterDays: null, hourDays: null });
    await book.setClass({ tenantId }, { class: 'long', thinDays: null, rawDays: 1_000, minuteDays: null, quarterDays: null, hourDays: null });
    await book.assign({ tenantId }, [5], 'long');
    const { holdId: hold } = await book.placeHold({ tenantId }, { tagIds: [7], fromUs: FROM, toUs: FROM + HOUR, reason: 'Incident 12' }, NOW);
    await retire(tenantId, NOW);
    expect(await Promise.all([3, 5, 7].map((tagId) => rawCount(tenantId, tagId)))).toEqual([0, 5_760, 2_880]);
    expect(await book.holds({ tenantId })).toHaveLength(1);
    expect(await book.releaseHold({ tenantId }, hold)).toBe(true);
    await retire(tenantId, NOW);
    expect(await rawCount(tenantId, 7)).toBe(0);
  });

  it('refuses a coarser level that goes before a finer one', async () => {
    const wrong = { class: 'wrong', thinDays: null, rawDays: 30, minuteDays: 20, quarterDays: null, hourDays: null };
    await expect(book.setClass({ tenantId: 23 }, wrong)).rejects.toThrow('violates check constraint');
    await expect(book.setClass({ tenantId: 23 }, { ...wrong, rawDays: null })).rejects.toThrow('violates check constraint');
  });

  it('erases one tenant wholly, counts it, and no other', async () => {
    await append(24, 1, twoDays([9, 10]));
    await append(25, 1, twoDays([11, 12]));
    const others = await rawCount(25, 11);
    const { holdId: hold } = await book.placeHold({ tenantId: 24 }, { tagIds: null, fromUs: 0, toUs: NOW, reason: 'Court' }, NOW);
    const erase = () => eraseTenant(cluster.url('telltale_historian'), { tenantId: 24 }, { nowUs: NOW, reason: 'Contract ended' });
    await expect(erase()).rejects.toThrow(expect.objectContaining({ code: 'LEGAL_HOLD' }));
    expect(await rawCount(24, 9)).toBe(5_760);
    await book.releaseHold({ tenantId: 24 }, hold);
    const counts = await erase();
    expect(counts).toMatchObject({ latest_page: 1, batch_ledger: 1, sample_block: 0 });
    expect(counts['sample_chunk']).toBeGreaterThan(3);
    for (const table of Object.keys(counts)) {
      const [row] = await cluster.admin<{ n: string }>(`select count(*) as n from series.${table} where tenant_id = 24`);
      expect([table, row?.n]).toEqual([table, '0']);
    }
    const [record] = await cluster.admin('select counts, reason from series.erasure where tenant_id = 24');
    expect(record).toEqual({ counts, reason: 'Contract ended' });
    expect(await rawCount(25, 11)).toBe(others);
  });

  const tenant = { tenantId: 26 };
  const eraseAt = (nowUs: number, options: { alsoErase?: () => Promise<Record<string, number>>; settleMs?: number } = {}) =>
    eraseTenant(cluster.url('telltale_historian'), tenant, { nowUs, reason: 'Contract ended', ...options });
  const court = { tagIds: null, fromUs: 0, toUs: NOW, reason: 'Court' };

  it('places a hold only between two steps of an erasure, which then stops; what it took until then stays counted', async () => {
    await append(tenant.tenantId, 1, twoDays([13]));
    let placed: Promise<{ holdId: number; erasureBegunAtUs: number | null }> | undefined;
    const order: string[] = [];
    const erasing = eraseAt(NOW, {
      alsoErase: async () => {
        placed = book.placeHold(tenant, court, NOW);
        void placed.then(() => order.push('hold'));
        await new Promise((resolve) => setTimeout(resolve, 200));
        order.push('step');
        return { quarantined_batch: 2 };
      },
      settleMs: 200,
    });
    await expect(erasing).rejects.toThrow(expect.objectContaining({ code: 'LEGAL_HOLD' }));
    expect(order).toEqual(['step', 'hold']);
    const { holdId, erasureBegunAtUs } = await placed!;
    expect(erasureBegunAtUs).toBe(NOW);
    const [broken] = await cluster.admin<{ counts: Record<string, number> }>('select counts from series.erasure where tenant_id = 26 and finished_at_us is null');
    expect(broken?.counts).toMatchObject({ quarantined_batch: 2, batch_ledger: 1 });
    await book.releaseHold(tenant, holdId);
    expect(await eraseAt(NOW + 1)).toMatchObject({ batch_ledger: 0 });
    expect(await cluster.admin('select from series.erasure where tenant_id = 26 and finished_at_us is null')).toEqual([]);
    expect((await book.placeHold(tenant, court, NOW)).erasureBegunAtUs).toBeNull();
    await cluster.admin('delete from series.legal_hold where tenant_id = 26');
  });

  it('finds what a queue still brought while it settled, and is not finished', async () => {
    const erasing = eraseAt(NOW + 2, { settleMs: 0, alsoErase: async () => (await append(tenant.tenantId, 2, twoDays([13]).slice(0, 3)).catch(() => undefined), {}) });
    await expect(erasing).rejects.toThrow('came into');
    expect(await cluster.admin('select from series.erasure where tenant_id = 26 and finished_at_us is null')).toHaveLength(1);
  });

  it('gives back the room of a month that is empty', async () => {
    const [row] = await cluster.admin<{ reclaimed: number }>(`select series.reclaim_history('2026-09-14') as reclaimed`);
    expect(row?.reclaimed).toBe(0);
    for (const table of ['sample_chunk', 'rollup_day']) await cluster.admin(`delete from series.${table}`);
    const [again] = await cluster.admin<{ reclaimed: number }>(`select series.reclaim_history('2026-09-14') as reclaimed`);
    expect(again?.reclaimed).toBe(2);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, samplesOf, Status, type ContinuityRow, type Sample, type SampleColumns } from '@telltale/tag-sample';
import { interpolatedAt } from '../src/interpolate.js';
import { openCompactor, openRetentionBook, openSeriesReader, openSeriesWriter, type FoldOutcome, type RetireOutcome } from '../src/index.js';
import { randomBatches, randomOf, START_US } from './random-plant.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 8, 14) * 1_000;
const NOW = FROM + 100 * DAY;
const RANGE = { fromUs: FROM, toUs: FROM + DAY };
const SEEDS = Array.from({ length: Number(process.env['TELLTALE_TEST_SEEDS'] ?? 1) }, (_, i) => i + 1);
const NOISE = 0.05;
const BOUND = 2 * NOISE;
/** Of 1 Hz: too much for a chunk of the day. */
const HOURS = 5;
/** Hours of 1 Hz stay chunks of an hour; a value in ten minutes makes a day whose minutes and hours are not worth storing; 35 minutes of 10 Hz are cut into five minutes. */
const [DENSE, SPARSE, FAST, UNBOUND] = [1, 2, 3, 4];
const TAGS = [DENSE, SPARSE, FAST, UNBOUND];

describe('thinning', () => {
  let cluster: SeriesCluster;
  let writer: ReturnType<typeof openSeriesWriter>;
  let reader: ReturnType<typeof openSeriesReader>;
  let compactor: ReturnType<typeof openCompactor>;
  let book: ReturnType<typeof openRetentionBook>;
  let seq = 0;

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

  const append = async (tenantId: number, samples: readonly Sample[], continuity: readonly ContinuityRow[] = []): Promise<void> => {
    const batch = { identity: { gatewayId: tenantId, epoch: 1, seq: ++seq }, samples: columnsFrom(samples), continuity };
    await writer.append([{ tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: NOW }]);
  };
  const compact = async (tenantId: number): Promise<Pick<FoldOutcome, 'samples' | 'tooLate'>> => {
    const done = await compactor.fold({ tenantId }, { nowUs: NOW, untilUs: Number.MAX_SAFE_INTEGER });
    while ((await compactor.merge({ tenantId }, { nowUs: NOW }))!.windows > 0);
    return { samples: done?.samples ?? 0, tooLate: done?.tooLate ?? 0 };
  };
  const come = async (...coming: Parameters<typeof append>): ReturnType<typeof compact> => {
    await append(...coming);
    return compact(coming[0]);
  };
  const retire = async (tenantId: number, nowUs = NOW): Promise<RetireOutcome> => {
    const sum = { chunksThinned: 0, samplesDropped: 0, rawRetired: 0, minutesRetired: 0, quartersRetired: 0, hoursRetired: 0 };
    for (;;) {
      const done = await compactor.retire({ tenantId }, { nowUs, maxRows: 3 });
      if (done === undefined || Object.values(done).every((rows) => rows === 0)) return sum;
      for (const [level, rows] of Object.entries(done)) sum[level as keyof typeof sum] += rows;
    }
  };
  /** A drift with Gaussian noise at two decimals, half a percent of it bad. */
  const sensor = (tagId: number, count: number, stepUs: number, fromUs = FROM, random = randomOf(tagId)): Sample[] => {
    let drift = 20;
    return Array.from({ length: count }, (_, i) => {
      drift += 0.005 * gauss(random);
      const bad = random() < 0.005;
      return { tagId, value: bad ? NaN : Math.round((drift + NOISE * gauss(random)) * 100) / 100, sourceTimeUs: fromUs + i * stepUs, serverTimeUs: fromUs + i * stepUs + 35_000, status: bad ? Status.BadTimeout : Status.Good };
    });
  };
  const plant = (): Sample[] => [...sensor(DENSE, HOURS * 3_600, 1e6), ...sensor(SPARSE, 144, 10 * MINUTE), ...sensor(FAST, 21_000, 1e5), ...sensor(UNBOUND, 3_600, 1e6)];
  const thinAfter10Days = async (tenantId: number, rawDays: number | null = null): Promise<void> => {
    await book.setClass({ tenantId }, { class: 'default', thinDays: 10, rawDays, minuteDays: null, quarterDays: null, hourDays: null });
    await book.assign({ tenantId }, [DENSE, SPARSE, FAST], 'default', BOUND);
  };
  const raw = async (tenantId: number, tagId: number): Promise<SampleColumns> => (await reader.raw({ tenantId }, [tagId], RANGE))[0]?.samples ?? columnsFrom([]);
  /** Everything that is an aggregate, by the reader and in SQL. */
  const aggregates = async (tenantId: number, range = RANGE): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (const widthS of [60, 300, 900, 3_600, 86_400]) found.push(await reader.bucketsOfTags({ tenantId }, TAGS, range, widthS));
    found.push(await reader.summaries({ tenantId }, TAGS, [{ fromUs: range.fromUs, toUs: range.fromUs + 90 * MINUTE }, { fromUs: range.fromUs + 90 * MINUTE, toUs: range.toUs }]));
    const grafana = await cluster.grafana(tenantId);
    for (const tagId of TAGS)
      for (const width of ['1 minute', '1 hour'])
        found.push((await grafana.query('select * from series.tag_buckets($1, to_timestamp($2), to_timestamp($3), $4)', [tagId, range.fromUs / 1e6, range.toUs / 1e6, width])).rows);
    found.push((await grafana.query('select * from series.sample_counts($1, to_timestamp($2), to_timestamp($3))', [TAGS, range.fromUs / 1e6, range.toUs / 1e6])).rows);
    await grafana.end();
    return found;
  };
  const bytes = async (tenantId: number, tagId: number): Promise<number> =>
    Number((await cluster.admin<{ bytes: string }>('select sum(length(data)) as bytes from series.sample_chunk where tenant_id = $1 and tag_id = $2', [tenantId, tagId]))[0]?.bytes);

  it('leaves every aggregate what it was, every sample within the bound, and takes much less room', async () => {
    const tenantId = 41;
    await come(tenantId, plant());
    const before = { aggregates: await aggregates(tenantId), dense: await raw(tenantId, DENSE), unbound: await raw(tenantId, UNBOUND), bytes: await bytes(tenantId, DENSE) };
    expect(await retire(tenantId)).toMatchObject({ chunksThinned: 0 });
    await thinAfter10Days(tenantId);
    expect(await retire(tenantId, FROM + 10 * DAY)).toMatchObject({ chunksThinned: 0 });

    const { samplesDropped, ...rows } = await retire(tenantId);
    expect(rows).toEqual({ chunksThinned: HOURS + 1 + 7, rawRetired: 0, minutesRetired: 0, quartersRetired: 0, hoursRetired: 0 });
    expect(await aggregates(tenantId)).toEqual(before.aggregates);
    expect(await raw(tenantId, UNBOUND)).toEqual(before.unbound);
    const kept = await raw(tenantId, DENSE);
    expect(kept.values.length).toBeLessThan(0.2 * before.dense.values.length);
    expect(samplesDropped).toBeGreaterThan(25_000);
    const [times, finite] = [before.dense.sourceTimesUs, before.dense.values.map((value) => (Number.isNaN(value) ? 0 : 1))];
    interpolatedAt(kept, [...times], { stepped: false }).forEach(({ value }, i) => {
      if (finite[i] === 1) expect(Math.abs(value - (before.dense.values[i] ?? NaN))).toBeLessThanOrEqual(BOUND);
    });
    const badOf = (columns: SampleColumns): Sample[] => [...samplesOf(columns)].filter(({ status }) => status !== Status.Good);
    expect(badOf(kept)).toEqual(badOf(before.dense));
    expect(before.bytes / (await bytes(tenantId, DENSE))).toBeGreaterThan(3);

    expect(await retire(tenantId)).toMatchObject({ chunksThinned: 0, samplesDropped: 0 });
    await book.setClass({ tenantId }, { class: 'default', thinDays: 10, rawDays: 50, minuteDays: null, quarterDays: null, hourDays: null });
    expect(await retire(tenantId)).toMatchObject({ chunksThinned: 0, rawRetired: HOURS + 1 + 7 + 1 });
    expect(await aggregates(tenantId)).toEqual(before.aggregates);
  }, 60_000);

  it('takes no late sample into what is thinned and computes nothing anew from it, also not beside it', async () => {
    const tenantId = 42;
    await come(tenantId, plant());
    await thinAfter10Days(tenantId);
    await retire(tenantId);
    const [before, samples] = [await aggregates(tenantId), await Promise.all(TAGS.map((tagId) => raw(tenantId, tagId)))];
    const late = (tagId: number, sourceTimeUs: number): Sample => ({ tagId, value: 99, sourceTimeUs, serverTimeUs: NOW, status: Status.Good });
    await append(tenantId, [late(DENSE, FROM + 500_123), late(SPARSE, FROM + HOUR), late(FAST, FROM + 7)]);
    expect(await aggregates(tenantId)).toEqual(before);
    expect(await compact(tenantId)).toEqual({ samples: 0, tooLate: 3 });
    expect([await aggregates(tenantId), await Promise.all(TAGS.map((tagId) => raw(tenantId, tagId)))]).toEqual([before, samples]);

    // Where there was nothing it is taken, and what is thinned of the same day stays as it is.
    expect(await come(tenantId, [late(DENSE, FROM + 7 * HOUR)])).toEqual({ samples: 1, tooLate: 0 });
    const perHour = (await reader.buckets({ tenantId }, DENSE, RANGE, 3_600)).map(({ count }) => count);
    expect(perHour.filter((count) => count > 0)).toEqual([3_600, 3_600, 3_600, 3_600, 3_600, 1]);
    const [stored] = await cluster.admin<{ n: string }>('select count(*) as n from series.sample_chunk where tenant_id = $1 and tag_id = $2 and thinned is not null', [tenantId, DENSE]);
    expect(stored?.n).toBe(`${HOURS}`);
  }, 60_000);

  it('computes an hour of thinned and of new chunks from their minutes', async () => {
    const tenantId = 43;
    const silent = plant().filter(({ tagId, sourceTimeUs }) => tagId === FAST && Math.floor((sourceTimeUs - FROM) / (5 * MINUTE)) !== 4);
    await come(tenantId, silent);
    await thinAfter10Days(tenantId);
    await retire(tenantId);
    const late = { tagId: FAST, value: 99, sourceTimeUs: FROM + 21 * MINUTE, serverTimeUs: NOW, status: Status.Good };
    expect(await come(tenantId, [late])).toEqual({ samples: 1, tooLate: 0 });
    const good = [...silent, late].filter(({ status }) => status === Status.Good).map(({ value }) => value);
    for (const widthS of [900, 3_600]) {
      const found = await reader.buckets({ tenantId }, FAST, { fromUs: FROM, toUs: FROM + HOUR }, widthS);
      expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(silent.length + 1);
      expect(found.reduce((sum, { mean, goodCount }) => sum + (mean ?? 0) * goodCount, 0)).toBeCloseTo(good.reduce((sum, value) => sum + value, 0), 6);
    }
    const [hour] = await cluster.admin<{ n: number }>('select n from series.rollup_day where tenant_id = $1 and tag_id = $2', [tenantId, FAST]);
    expect(hour?.n).toBe(silent.length + 1);
  }, 60_000);

  it.each(SEEDS)('leaves every aggregate of a random plant what it was, also when all of it comes again (seed %i)', async (seed) => {
    const tenantId = 50 + seed;
    const random = randomOf(seed);
    const range = { fromUs: START_US - DAY, toUs: START_US + 5 * DAY };
    const batches = randomBatches(seed, tenantId);
    for (const { batch } of batches) {
      await append(tenantId, [...samplesOf(batch.samples)], batch.continuity);
      if (random() < 0.2) await compactor.fold({ tenantId }, { nowUs: START_US + random() * 4 * DAY, untilUs: Number.MAX_SAFE_INTEGER });
    }
    await compact(tenantId);
    const before = await aggregates(tenantId, range);
    await book.setClass({ tenantId }, { class: 'default', thinDays: 10, rawDays: null, minuteDays: null, quarterDays: null, hourDays: null });
    await book.assign({ tenantId }, TAGS, 'default', 60);
    expect((await retire(tenantId)).samplesDropped).toBeGreaterThan(0);
    expect(await aggregates(tenantId, range)).toEqual(before);
    for (const { batch } of batches) await append(tenantId, [...samplesOf(batch.samples)], batch.continuity);
    expect(await aggregates(tenantId, range)).toEqual(before);
    expect((await compact(tenantId)).tooLate).toBeGreaterThan(0);
    expect(await aggregates(tenantId, range)).toEqual(before);
  }, 60_000);

  it('waits while a legal hold is on it, and where a declared gap cuts an hour its samples stay', async () => {
    const tenantId = 44;
    const gap = { tagIds: [DENSE], fromUs: FROM + HOUR + 10 * MINUTE, toUs: FROM + HOUR + 11 * MINUTE, kind: 'gap' as const, reason: 'Line was cut' };
    await come(tenantId, plant().filter(({ tagId }) => tagId === DENSE), [gap]);
    const before = await aggregates(tenantId);
    await thinAfter10Days(tenantId);
    const { holdId } = await book.placeHold({ tenantId }, { tagIds: [DENSE], fromUs: FROM, toUs: FROM + HOUR, reason: 'Incident 12' }, NOW);
    expect(await retire(tenantId)).toMatchObject({ chunksThinned: 3 });
    await book.releaseHold({ tenantId }, holdId);
    expect(await retire(tenantId)).toMatchObject({ chunksThinned: 1 });
    expect(await retire(tenantId)).toMatchObject({ chunksThinned: 0 });
    expect(await aggregates(tenantId)).toEqual(before);
    const perHour = await Promise.all([0, 1, 2, 3, 4].map(async (hour) => (await reader.raw({ tenantId }, [DENSE], { fromUs: FROM + hour * HOUR, toUs: FROM + (hour + 1) * HOUR }))[0]?.samples.values.length ?? 0));
    expect(perHour.map((count) => count === 3_600)).toEqual([false, true, false, false, false]);
  }, 60_000);

  it('stores what it came with where less samples would take more room', async () => {
    const tenantId = 45;
    await come(tenantId, plant().filter(({ tagId }) => tagId === SPARSE));
    await book.setClass({ tenantId }, { class: 'default', thinDays: 10, rawDays: null, minuteDays: null, quarterDays: null, hourDays: null });
    await book.assign({ tenantId }, [SPARSE], 'default', NOISE / 2);
    expect(await retire(tenantId)).toMatchObject({ chunksThinned: 1, samplesDropped: 0 });
    expect((await raw(tenantId, SPARSE)).values.length).toBe(144);
  });

  it('refuses bounds and days that mean nothing', async () => {
    const own = { class: 'wrong', thinDays: 31, rawDays: 30, minuteDays: null, quarterDays: null, hourDays: null };
    await expect(book.setClass({ tenantId: 46 }, own)).rejects.toThrow('violates check constraint');
    await expect(book.setClass({ tenantId: 46 }, { ...own, thinDays: 0 })).rejects.toThrow('violates check constraint');
    for (const bound of [-1, NaN, Infinity]) await expect(book.assign({ tenantId: 46 }, [1], 'default', bound)).rejects.toThrow('violates check constraint');
    await book.assign({ tenantId: 46 }, [1, 2], 'default', 0.5);
    await book.assign({ tenantId: 46 }, [2], 'default');
    expect(await book.thinnedTags({ tenantId: 46 })).toEqual([{ class: 'default', thinError: 0.5, tags: 1 }]);
  });
});

const gauss = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

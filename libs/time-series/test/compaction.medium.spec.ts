import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ShiftCalendar, type ShiftPattern } from '@telltale/plant-calendar';
import { samplesOf } from '@telltale/tag-sample';
import { openCompactor, openSeriesReader, openSeriesWriter, type IntervalSummary, type ReceivedBatch } from '../src/index.js';
import { createNarrowOracle, type NarrowOracle } from './narrow-oracle.js';
import { randomBatches, randomOf, START_US } from './random-plant.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const DAY = 86_400_000_000;
const END_US = START_US + 4 * DAY;
const LATER_US = START_US + 30 * DAY;
const SEEDS = Array.from({ length: Number(process.env['TELLTALE_TEST_SEEDS'] ?? 4) }, (_, i) => i + 1);

describe('compaction', () => {
  let cluster: SeriesCluster;
  let oracle: NarrowOracle;
  let writer: ReturnType<typeof openSeriesWriter>;
  let reader: ReturnType<typeof openSeriesReader>;
  let compactor: ReturnType<typeof openCompactor>;
  /** Statements until the compactor breaks; Infinity: never. */
  let fuse = Infinity;
  let storedHours = 0;

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    oracle = await createNarrowOracle(cluster);
    writer = openSeriesWriter(cluster.url('telltale_historian'));
    reader = openSeriesReader(cluster.url('telltale_insights'));
    const observe = (sql: string): void => {
      if (fuse-- <= 0) throw new Error(`broken before ${sql}`);
    };
    compactor = openCompactor(cluster.url('telltale_historian'), { observe });
  }, 60_000);
  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close(), compactor?.close()]);
    await cluster?.close();
  });

  const compactUntilDone = async (tenantId: number, nowUs: number): Promise<void> => {
    while (
      (await compactor.fold({ tenantId }, { nowUs, untilUs: Number.MAX_SAFE_INTEGER, maxSamples: 2_000 }))!.blocks > 0
    );
    while ((await compactor.merge({ tenantId }, { nowUs, maxSamples: 5_000 }))!.windows > 0);
  };

  const stored = async (tenantId: number) =>
    (await reader.raw({ tenantId }, [1, 2, 3, 4], { fromUs: START_US, toUs: END_US })).flatMap(({ samples }) =>
      [...samplesOf(samples)].map(({ tagId, sourceTimeUs, serverTimeUs, value, status }) => ({
        tag_id: tagId,
        t: sourceTimeUs,
        server: serverTimeUs,
        value,
        status,
      })),
    );

  const expectBucketsRight = async (tenantId: number, random: () => number): Promise<void> => {
    for (const widthS of [10, 60, 120, 300, 420, 900, 3_600, 21_600]) {
      const widthUs = widthS * 1e6;
      const tagId = 1 + Math.floor(random() * 4);
      const span = Math.min(3.9 * DAY, widthUs * 400);
      const fromUs = Math.floor((START_US + random() * (3.9 * DAY - span)) / widthUs) * widthUs;
      const toUs = fromUs + Math.floor(span / widthUs) * widthUs;
      const truth = await oracle.buckets(tenantId, tagId, fromUs, toUs, widthUs);
      const buckets = await reader.buckets({ tenantId }, tagId, { fromUs, toUs }, widthS);
      expect(
        buckets.map(({ startUs, count, goodCount, min, max, first, last }) => ({
          startUs,
          count,
          goodCount,
          min,
          max,
          first,
          last,
        })),
      ).toEqual(
        truth.map(({ start, n, good, min, max, first, last }) => ({
          startUs: start,
          count: n,
          goodCount: good,
          min,
          max,
          first,
          last,
        })),
      );
      buckets.forEach((bucket, i) => {
        expect(bucket.completeness).toBeCloseTo(truth[i]!.covered / widthUs, 9);
        if (bucket.mean !== null) expect(bucket.mean).toBeCloseTo(truth[i]!.sum! / truth[i]!.good, 9);
      });
    }
  };

  /** Shifts and days of a plant half an hour off: intervals of unequal length that are no whole hours. */
  const expectSummariesRight = async (tenantId: number, random: () => number): Promise<void> => {
    const patternOf = (shifts: ShiftPattern['shifts']): ShiftPattern => ({ validFrom: '2026-01-01', shifts, plannedStops: [] });
    const shifts = patternOf([
      { name: 'early', start: '06:00', end: '14:15' },
      { name: 'late', start: '14:15', end: '22:00' },
      { name: 'night', start: '22:00', end: '06:00' },
    ]);
    const days = patternOf([{ name: 'day', start: '00:00', end: '00:00' }]);
    const range = { startUs: START_US, endUs: START_US + 3 * DAY };
    for (const pattern of [shifts, days]) {
      const calendar = new ShiftCalendar('Asia/Kolkata', [pattern]);
      const intervals = calendar.shifts(range).map(({ startUs, endUs }) => ({ fromUs: startUs, toUs: endUs }));
      const tagId = 1 + Math.floor(random() * 4);
      const [found] = await reader.summaries({ tenantId }, [tagId], intervals);
      expect(found?.summaries).toHaveLength(intervals.length);
      for (const [i, { fromUs, toUs }] of intervals.entries()) {
        const [truth] = await oracle.buckets(tenantId, tagId, fromUs, toUs, toUs - fromUs);
        const { count, goodCount, min, max, first, last, completeness } = found!.summaries[i]!;
        expect([count, goodCount, min, max, first, last]).toEqual([truth!.n, truth!.good, truth!.min, truth!.max, truth!.first, truth!.last]);
        expect(completeness).toBeCloseTo(truth!.covered / (toUs - fromUs), 9);
      }
      await expectSqlSays(tenantId, tagId, found!.summaries);
    }
  };

  /** Grafana gets the same. */
  const expectSqlSays = async (tenantId: number, tagId: number, summaries: readonly IntervalSummary[]): Promise<void> => {
    const grafana = await cluster.grafana(tenantId);
    const timesOf = (of: (summary: IntervalSummary) => number): Date[] => summaries.map((summary) => new Date(of(summary) / 1_000));
    const asked = grafana.query('select * from series.tag_intervals($1, $2, $3)', [tagId, timesOf(({ startUs }) => startUs), timesOf(({ endUs }) => endUs)]);
    const { rows } = await asked.finally(() => grafana.end());
    const wanted = summaries.filter(({ count }) => count > 0);
    expect(rows.map((row) => [row.from_time.getTime() * 1_000, Number(row.n), Number(row.good), row.min, row.max, row.first, row.last, Number(row.revision)])).toEqual(
      wanted.map(({ startUs, count, goodCount, min, max, first, last, revision }) => [startUs, count, goodCount, min, max, first, last, revision]),
    );
    rows.forEach(({ completeness, mean }, i) => {
      expect(completeness).toBeCloseTo(wanted[i]!.completeness, 9);
      if (mean !== null) expect(mean).toBeCloseTo(wanted[i]!.mean!, 9);
    });
  };

  const expectGrafanaRight = async (tenantId: number, random: () => number): Promise<void> => {
    const grafana = await cluster.grafana(tenantId);
    for (const widthS of [60, 900, 3_600, 86_400]) {
      const tagId = 1 + Math.floor(random() * 4);
      const fromUs = Math.floor(START_US / (widthS * 1e6)) * widthS * 1e6;
      const toUs = fromUs + Math.floor((3 * DAY) / (widthS * 1e6)) * widthS * 1e6;
      const { rows } = await grafana.query(
        'select * from series.tag_buckets($1, to_timestamp($2), to_timestamp($3), make_interval(secs => $4))',
        [tagId, fromUs / 1e6, toUs / 1e6, widthS],
      );
      const wanted = (await reader.buckets({ tenantId }, tagId, { fromUs, toUs }, widthS)).filter(
        ({ count }) => count > 0,
      );
      expect(
        rows.map(({ bucket, n, good, min, max, first, last }) => [
          bucket.getTime() * 1_000,
          Number(n),
          Number(good),
          min,
          max,
          first,
          last,
        ]),
      ).toEqual(
        wanted.map(({ startUs, count, goodCount, min, max, first, last }) => [
          startUs,
          count,
          goodCount,
          min,
          max,
          first,
          last,
        ]),
      );
      rows.forEach(({ completeness, mean }, i) => {
        expect(completeness).toBeCloseTo(wanted[i]!.completeness, 9);
        if (mean !== null) expect(mean).toBeCloseTo(wanted[i]!.mean!, 9);
      });
      if (widthS !== 60) continue;
      const samples = await grafana.query<{ us: string; value: number; status: string }>(
        'select series.us_of("time") as us, value, status from series.tag_samples($1, to_timestamp($2), to_timestamp($3))',
        [tagId, fromUs / 1e6, toUs / 1e6],
      );
      const truth = (await stored(tenantId)).filter(({ tag_id, t }) => tag_id === tagId && t >= fromUs && t < toUs);
      expect(samples.rows.map(({ us, value, status }) => [Number(us), value, Number(status)])).toEqual(
        truth.map(({ t, value, status }) => [t, value, status]),
      );
    }
    await grafana.end();
  };

  const expectRollupsRight = async (tenantId: number): Promise<void> => {
    const grafana = await cluster.grafana(tenantId);
    for (const width of ['minute', 'hour'] as const) {
      const widthUs = width === 'minute' ? 60e6 : 3_600e6;
      const truth = await oracle.rollups(tenantId, width);
      for (const tagId of [1, 2, 3, 4]) {
        const { rows } = await grafana.query<Record<string, unknown>>(
          `select $1::int4 as tag_id, bucket_us / ${widthUs} as ${width}, n, good, min, max, sum, first, last, first_us, last_us
             from series.tag_${width}s($1, 0, ${Number.MAX_SAFE_INTEGER})`,
          [tagId],
        );
        const numeric = rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'string' ? Number(value) : value])),
        );
        const own = truth.filter((row) => row['tag_id'] === tagId);
        if (width === 'minute') expect(numeric).toEqual(own);
        // Of hours only those are stored that hold many samples.
        else expect(own).toEqual(expect.arrayContaining(numeric));
        storedHours += width === 'hour' ? rows.length : 0;
      }
    }
    await grafana.end();
  };

  it.each(SEEDS)(
    'equals the narrow table under duplicates, shuffling, late and conflicting samples and restarts (seed %i)',
    async (seed) => {
      const tenantId = 100 + seed;
      const random = randomOf(seed * 7_919);
      const batches = randomBatches(seed, tenantId);
      for (const { batch } of batches) await oracle.add(tenantId, [...samplesOf(batch.samples)], batch.continuity);
      // Every batch up to three times, later copies anywhere.
      const sent: ReceivedBatch[] = batches.flatMap((batch) => [batch, ...(random() < 0.3 ? [batch, batch] : [])]);
      for (let i = 0; i < sent.length; i++) {
        const j = Math.floor(random() * sent.length);
        if (random() < 0.1) [sent[i], sent[j]] = [sent[j]!, sent[i]!];
      }
      let appended = 0;
      let nowUs = START_US;
      for (let at = 0; at < sent.length;) {
        appended += (await writer.append(sent.slice(at, (at += 1 + Math.floor(random() * 20))))).appended;
        nowUs += Math.floor(random() * 0.4 * DAY);
        const options = { nowUs, untilUs: Number.MAX_SAFE_INTEGER, maxSamples: 50 + random() * 2_000 };
        for (const step of [
          () => compactor.fold({ tenantId }, options),
          () => compactor.merge({ tenantId }, options),
        ]) {
          if (random() < 0.3) fuse = Math.floor(random() * 12);
          if (random() < 0.7) await step().catch((error: unknown) => expect(String(error)).toContain('broken before'));
          fuse = Infinity;
        }
        if (random() < 0.1) await expectBucketsRightSoFar();
      }
      async function expectBucketsRightSoFar(): Promise<void> {
        const known = await stored(tenantId);
        expect(new Set(known.map(({ tag_id, t }) => `${tag_id}/${t}`)).size).toBe(known.length);
      }
      expect(appended).toBe(batches.length);

      expect(await stored(tenantId)).toEqual(await oracle.raw(tenantId));
      await expectBucketsRight(tenantId, random);
      await compactUntilDone(tenantId, LATER_US);
      expect(await compactor.backlog({ tenantId })).toEqual({ blocks: 0, samples: 0, oldestUs: null });
      expect(await stored(tenantId)).toEqual(await oracle.raw(tenantId));
      await expectBucketsRight(tenantId, random);

      await expectSummariesRight(tenantId, random);
      await expectGrafanaRight(tenantId, random);

      await expectRollupsRight(tenantId);
      const [overlaps] = await cluster.admin<{ count: string }>(
        `select count(*) from series.sample_chunk a join series.sample_chunk b using (tenant_id, tag_id)
        where a.window_start_us < b.window_start_us and a.window_start_us + a.span_s * 1000000::int8 > b.window_start_us and tenant_id = $1`,
        [tenantId],
      );
      expect(overlaps?.count).toBe('0');
      const [chunks] = await cluster.admin<{ n: string; due: string }>(
        'select sum(n) as n, count(*) filter (where merge_at_us is not null) as due from series.sample_chunk where tenant_id = $1',
        [tenantId],
      );
      expect(Number(chunks?.n)).toBe((await oracle.raw(tenantId)).length);
      expect(chunks?.due).toBe('0');
    },
    60_000,
  );

  it('had hours to compare', () => expect(storedHours).toBeGreaterThan(10));
});

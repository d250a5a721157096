import pg from 'pg';
import { createGrafanaRole, roleUrl } from '@telltale/plant-registry';
import { openSeriesReader } from '@telltale/time-series';
import { openBenchDatabase } from './bench-database.mts';
import { diskRows } from './disk.mts';
import { fillHistory } from './filled-weeks.mts';
import { BENCH_TENANT, LOADED_FROM_S } from './loaded-history.mts';
import { numbersFrom, percentile, printResult, type BenchRow } from './measure.mts';

const HOUR_US = 3_600e6;
const DAY_US = 24 * HOUR_US;
const PLANT_TAGS = 250;
const LIMIT_B_PER_SAMPLE = 2.5;

/** How quiet the machine is: where fixed work takes twice its median at p95, so does everything else. */
const arithmetic = async (): Promise<number> => Array.from({ length: 20_000 }, (_, i) => Math.sqrt(i)).reduce((sum, value) => sum + value, 0);

/** Fills once, then disk and read latencies on the same data, with row security: the acceptance on 70 million samples. */
export async function benchHistory(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 10_000, fast: 100, every: 600, days: 7, repeats: 300, seed: 1 });
  const database = await openBenchDatabase();
  const reader = openSeriesReader(database.urls.telltale_api);
  const role = await createGrafanaRole(database.adminUrl, BENCH_TENANT.tenantId, 'bench');
  const grafana = new pg.Client({ connectionString: roleUrl(database.adminUrl, 'telltale', role, 'bench') });
  try {
    await grafana.connect();
    const { samples, appendS, foldS } = await fillHistory(database, { ...options, everyS: options.every });
    const disk = await diskRows(database, samples);
    const about = { ...options, samples, chunks: disk.chunks, appendPerS: Math.round(samples / appendS), compactPerS: Math.round(samples / foldS) };
    printResult('history: disk', { ...about, limit: LIMIT_B_PER_SAMPLE }, disk.rows);

    const endUs = LOADED_FROM_S * 1e6 + options.days * DAY_US;
    const tagIds = (count: number): number[] => Array.from({ length: Math.min(count, options.tags) }, (_, i) => i + 1);
    const last = (us: number) => ({ fromUs: Math.max(LOADED_FROM_S * 1e6, endUs - us), toUs: endUs });
    const noon = endUs - DAY_US / 2;
    const oneOf = (i: number): number => 1 + ((i * 7) % Math.max(1, options.fast));
    const questions: readonly [string, number, (i: number) => Promise<unknown>][] = [
      ['fixed arithmetic, nothing asked', NaN, arithmetic],
      [`last value of ${options.tags} tags`, 15, () => reader.latest(BENCH_TENANT, tagIds(options.tags))],
      ['one tag, raw, 1 h', 2, (i) => reader.raw(BENCH_TENANT, [oneOf(i)], { fromUs: noon - 0.5 * HOUR_US, toUs: noon + 0.5 * HOUR_US })],
      [
        'one tag, raw, 1 h, SQL of Grafana',
        50,
        (i) => grafana.query('select * from series.tag_samples($1, to_timestamp($2), to_timestamp($3))', [oneOf(i), noon / 1e6 - 1_800, noon / 1e6 + 1_800]),
      ],
      ['one tag, 24 h at 1 min', 6, (i) => reader.buckets(BENCH_TENANT, oneOf(i), last(DAY_US), 60)],
      ['100 tags, 24 h at 5 min', 60, () => reader.bucketsOfTags(BENCH_TENANT, tagIds(100), last(DAY_US), 300)],
      ['one tag, 7 d at 1 h', 1, (i) => reader.buckets(BENCH_TENANT, oneOf(i), last(7 * DAY_US), 3_600)],
      [`plant of ${PLANT_TAGS} tags, 24 h at 1 h`, 10, () => reader.bucketsOfTags(BENCH_TENANT, tagIds(PLANT_TAGS), last(DAY_US), 3_600)],
      [`all ${options.tags} tags, 7 d at 1 h`, 2_500, () => reader.bucketsOfTags(BENCH_TENANT, tagIds(options.tags), last(7 * DAY_US), 3_600)],
      ['last values of 100 tags, SQL of Grafana', NaN, () => grafana.query('select * from series.latest_of($1)', [tagIds(100)])],
      [`last values of ${options.tags} tags, SQL of Grafana`, NaN, () => grafana.query('select * from series.latest_sample')],
    ];
    const rows: BenchRow[] = [];
    for (const [what, limitMs, ask] of questions) {
      const times: number[] = [];
      // As warm as in a service that runs for minutes: caches, plans of each connection, compiled code. What takes a second is asked less often.
      const [warmUp, asked] = limitMs > 1_000 ? [3, 20] : [200, options.repeats];
      for (let i = 0; i < asked + warmUp; i++) {
        const start = performance.now();
        await ask(i);
        if (i >= warmUp) times.push(performance.now() - start);
      }
      rows.push({ what, 'p50 ms': percentile(times, 0.5), 'p95 ms': percentile(times, 0.95), 'limit ms': Number.isNaN(limitMs) ? '-' : limitMs });
    }
    printResult('history: query', about, rows);
  } finally {
    await Promise.allSettled([reader.close(), grafana.end()]);
    await database.close();
  }
}

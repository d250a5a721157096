// A thread that asks as the api does, with its own memory: that of the one that filled the history is full of it.
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { openSeriesReader } from '@telltale/time-series';
import { BENCH_TENANT, LOADED_FROM_S } from './loaded-history.mts';
import { percentile, type BenchRow } from './measure.mts';

export interface HistoryOrder {
  readonly readerUrl: string;
  readonly grafanaUrl: string;
  readonly tags: number;
  readonly fast: number;
  readonly days: number;
  readonly repeats: number;
}

const HOUR_US = 3_600e6;
const DAY_US = 24 * HOUR_US;
const PLANT_TAGS = 250;
const WARM_MS = 4_000;

const order = workerData as HistoryOrder;
const reader = openSeriesReader(order.readerUrl);
const grafana = new pg.Client({ connectionString: order.grafanaUrl });
await grafana.connect();

/** How quiet the machine is: where fixed work takes twice its median at p95, so does everything else. */
const arithmetic = async (): Promise<number> => Array.from({ length: 20_000 }, (_, i) => Math.sqrt(i)).reduce((sum, value) => sum + value, 0);
const endUs = LOADED_FROM_S * 1e6 + order.days * DAY_US;
const tagIds = (count: number): number[] => Array.from({ length: Math.min(count, order.tags) }, (_, i) => i + 1);
const last = (us: number) => ({ fromUs: Math.max(LOADED_FROM_S * 1e6, endUs - us), toUs: endUs });
const noon = endUs - DAY_US / 2;
const oneOf = (i: number): number => 1 + ((i * 7) % Math.max(1, order.fast));

const questions: readonly [string, number, (i: number) => Promise<unknown>][] = [
  ['fixed arithmetic, nothing asked', NaN, arithmetic],
  [`last value of ${order.tags} tags`, 15, () => reader.latest(BENCH_TENANT, tagIds(order.tags))],
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
  [`all ${order.tags} tags, 7 d at 1 h`, 2_500, () => reader.bucketsOfTags(BENCH_TENANT, tagIds(order.tags), last(7 * DAY_US), 3_600)],
  ['last values of 100 tags, SQL of Grafana', NaN, () => grafana.query('select * from series.latest_of($1)', [tagIds(100)])],
  [`last values of ${order.tags} tags, SQL of Grafana`, NaN, () => grafana.query('select * from series.latest_sample')],
];

const rows: BenchRow[] = [];
for (const [what, limitMs, ask] of questions) {
  const times: number[] = [];
  // As warm as in a service that runs for minutes: caches, plans of each connection, compiled code. What takes a second is asked less often.
  const warmUntil = performance.now() + WARM_MS;
  for (let i = 0; performance.now() < warmUntil; i++) await ask(i);
  for (let i = 0; i < (limitMs > 1_000 ? 20 : order.repeats); i++) {
    const start = performance.now();
    await ask(i);
    times.push(performance.now() - start);
  }
  rows.push({ what, 'p50 ms': percentile(times, 0.5), 'p95 ms': percentile(times, 0.95), 'limit ms': Number.isNaN(limitMs) ? '-' : limitMs });
}
await Promise.allSettled([reader.close(), grafana.end()]);
parentPort?.postMessage(rows);

import type { QueryResultRow } from 'pg';
import { openSeriesReader } from '@telltale/time-series';
import { openBenchDatabase } from './bench-database.mts';
import { BENCH_TENANT, LOADED_FROM_S, loadHistory } from './loaded-history.mts';
import { numbersFrom, percentile, printResult } from './measure.mts';
import { NARROW_COLUMNS } from './raw-copy.mts';

const HOUR_US = 3_600_000_000;

/** Warm read latencies with row security on, against the same questions to a plain table with primary key (no row security). */
export async function benchQuery(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 100, hours: 12, seed: 1, repeats: 15 });
  const database = await openBenchDatabase();
  const reader = openSeriesReader(database.urls.telltale_api);
  try {
    await database.admin.query(`create table public.narrow ${NARROW_COLUMNS}`);
    await database.admin.query('alter table public.narrow add primary key (tenant_id, tag_id, time)');
    const { samples } = await loadHistory(database, { ...options, narrow: true });
    const fromUs = LOADED_FROM_S * 1e6;
    const toUs = fromUs + options.hours * HOUR_US;
    const tagIds = Array.from({ length: options.tags }, (_, i) => i + 1);
    const shifts = Array.from({ length: Math.ceil(options.hours / 8) }, (_, i) => ({ fromUs: fromUs + i * 8 * HOUR_US, toUs: fromUs + (i + 1) * 8 * HOUR_US }));
    const sql = (text: string, params: unknown[]): Promise<QueryResultRow[]> =>
      database.admin.query(text, params).then(({ rows }) => rows);
    const aggregate = `select tag_id, date_bin($4::interval, time, 'epoch') as bucket, count(*), min(value), max(value), avg(value) from public.narrow
      where tenant_id = 1 and tag_id = any($1) and time >= to_timestamp($2) and time < to_timestamp($3) and status >= 0 group by 1, 2 order by 1, 2`;
    const questions: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      [
        `last value of ${options.tags} tags`,
        () => reader.latest(BENCH_TENANT, tagIds),
        () =>
          sql(
            'select t.tag_id, n.* from unnest($1::int4[]) t(tag_id) cross join lateral (select time, value from public.narrow n where n.tenant_id = 1 and n.tag_id = t.tag_id order by time desc limit 1) n',
            [tagIds],
          ),
      ],
      [
        'one tag, raw, 1 h',
        () => reader.raw(BENCH_TENANT, [7], { fromUs: fromUs + HOUR_US / 2, toUs: fromUs + 1.5 * HOUR_US }),
        () =>
          sql(
            'select time, value, status from public.narrow where tenant_id = 1 and tag_id = 7 and time >= to_timestamp($1) and time < to_timestamp($2) order by time',
            [fromUs / 1e6 + 1_800, fromUs / 1e6 + 5_400],
          ),
      ],
      [
        `one tag, ${options.hours} h at 1 min`,
        () => reader.buckets(BENCH_TENANT, 7, { fromUs, toUs }, 60),
        () => sql(aggregate, [[7], fromUs / 1e6, toUs / 1e6, '1 minute']),
      ],
      [
        `one tag, ${options.hours} h at 1 h`,
        () => reader.buckets(BENCH_TENANT, 7, { fromUs, toUs }, 3_600),
        () => sql(aggregate, [[7], fromUs / 1e6, toUs / 1e6, '1 hour']),
      ],
      [
        `${options.tags} tags, ${options.hours} h at 1 h`,
        () => reader.bucketsOfTags(BENCH_TENANT, tagIds, { fromUs, toUs }, 3_600),
        () => sql(aggregate, [tagIds, fromUs / 1e6, toUs / 1e6, '1 hour']),
      ],
      [
        `one tag, ${options.hours} h by shift`,
        () => reader.summaries(BENCH_TENANT, [7], shifts),
        () => sql(aggregate, [[7], fromUs / 1e6, toUs / 1e6, '8 hours']),
      ],
      [
        `${options.tags} tags, ${options.hours} h at 5 min`,
        async () => {
          for (const tagId of tagIds) await reader.buckets(BENCH_TENANT, tagId, { fromUs, toUs }, 300);
        },
        () => sql(aggregate, [tagIds, fromUs / 1e6, toUs / 1e6, '5 minutes']),
      ],
      [
        'one tag as of a moment',
        () => reader.asOf(BENCH_TENANT, [7], fromUs + 2.5 * HOUR_US),
        () =>
          sql(
            'select * from public.narrow where tenant_id = 1 and tag_id = 7 and time <= to_timestamp($1) order by time desc limit 1',
            [fromUs / 1e6 + 9_000],
          ),
      ],
    ];
    const rows = [];
    for (const [what, ours, plain] of questions) {
      const times: number[] = [];
      const peers: number[] = [];
      for (let i = 0; i < options.repeats + 3; i++) {
        const start = performance.now();
        await ours();
        const middle = performance.now();
        if (i < 6) await plain();
        if (i < 3) continue;
        times.push(middle - start);
        if (i < 6) peers.push(performance.now() - middle);
      }
      rows.push({
        what,
        'p50 ms': percentile(times, 0.5),
        'p95 ms': percentile(times, 0.95),
        'plain table ms': percentile(peers, 0.5),
        'plain ÷ ours': percentile(peers, 0.5) / percentile(times, 0.5),
      });
    }
    printResult('query', { ...options, samples }, rows);
  } finally {
    await reader.close();
    await database.close();
  }
}

import type { ContinuityRow, Sample } from '@telltale/tag-sample';
import type { SeriesCluster } from './series-cluster.js';

/** What the product must equal: every sample ever sent, in one plain narrow table, and plain SQL over it. */
export interface NarrowOracle {
  add(tenantId: number, samples: readonly Sample[], continuity?: readonly ContinuityRow[]): Promise<void>;
  raw(tenantId: number): Promise<OracleSample[]>;
  rollups(tenantId: number, width: 'minute' | 'hour'): Promise<Record<string, unknown>[]>;
  buckets(tenantId: number, tagId: number, fromUs: number, toUs: number, widthUs: number): Promise<OracleBucket[]>;
}

export interface OracleSample {
  readonly tag_id: number;
  readonly t: number;
  readonly server: number;
  readonly value: number;
  readonly status: number;
}

export interface OracleBucket {
  readonly start: number;
  readonly n: number;
  readonly good: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly sum: number | null;
  readonly first: number | null;
  readonly last: number | null;
  readonly covered: number;
}

/** One sample per tag and time: better quality, later gateway time, lower status, greater value. NaN counts as lowest here. */
const TRUTH = `select distinct on (tag_id, t) * from oracle.sample where tenant_id = $1
  order by tag_id, t, least(status >> 30, 2), server desc, status, (value <> 'NaN') desc, value desc`;
const USABLE = `status >> 30 = 0 and value not in ('NaN', 'Infinity', '-Infinity')`;

export async function createNarrowOracle(cluster: SeriesCluster): Promise<NarrowOracle> {
  const admin: SeriesCluster['admin'] = (sql, params) => cluster.admin(sql, params);
  await admin('create schema if not exists oracle');
  await admin(
    'create table oracle.sample (tenant_id int4, tag_id int4, t int8, server int8, value float8, status int8)',
  );
  await admin('create table oracle.continuity (tenant_id int4, tag_id int4, from_us int8, to_us int8, kind text)');
  const numbers = (rows: readonly Record<string, unknown>[]): Record<string, unknown>[] =>
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, typeof value === 'string' ? Number(value) : value]),
      ),
    );
  return {
    add: async (tenantId, samples, continuity = []) => {
      await admin(
        `insert into oracle.sample select $1, * from unnest($2::int4[], $3::int8[], $4::int8[], $5::float8[], $6::int8[])`,
        [
          tenantId,
          samples.map((s) => s.tagId),
          samples.map((s) => s.sourceTimeUs),
          samples.map((s) => s.serverTimeUs),
          samples.map((s) => s.value),
          samples.map((s) => s.status),
        ],
      );
      for (const row of continuity) {
        await admin('insert into oracle.continuity select $1, unnest($2::int4[]), $3, $4, $5', [
          tenantId,
          row.tagIds,
          row.fromUs,
          row.toUs,
          row.kind,
        ]);
      }
    },
    raw: async (tenantId) =>
      numbers(
        await admin(`select tag_id, t, server, value, status from (${TRUTH}) x order by tag_id, t`, [tenantId]),
      ) as unknown as OracleSample[],
    rollups: async (tenantId, width) => {
      const minutes = `select tag_id, t / 60000000 as minute, count(*) as n, count(*) filter (where ok) as good,
          min(value) filter (where ok) as min, max(value) filter (where ok) as max, coalesce(sum(value::numeric) filter (where ok), 0)::float8 as sum,
          (array_agg(value order by t) filter (where ok))[1] as first, (array_agg(value order by t desc) filter (where ok))[1] as last,
          min(t) as first_us, max(t) as last_us
        from (select *, ${USABLE} as ok from (${TRUTH}) x) y group by 1, 2`;
      const hours = `select tag_id, minute / 60 as hour, sum(n) as n, sum(good) as good, min(min) as min, max(max) as max, sum(sum::numeric)::float8 as sum,
          (array_agg(first order by minute) filter (where good > 0))[1] as first, (array_agg(last order by minute desc) filter (where good > 0))[1] as last,
          min(first_us) as first_us, max(last_us) as last_us from (${minutes}) m group by 1, 2`;
      return numbers(
        await admin(width === 'minute' ? `${minutes} order by 1, 2` : `${hours} order by 1, 2`, [tenantId]),
      );
    },
    buckets: async (tenantId, tagId, fromUs, toUs, widthUs) =>
      numbers(
        await admin(
          `with truth as (select *, ${USABLE} as ok from (${TRUTH}) x where tag_id = $2),
           filled as (select range_agg(int8range(from_us, to_us)) as r from oracle.continuity where tenant_id = $1 and tag_id = $2 and kind = 'backfilled'),
           gap as (select unnest(coalesce(range_agg(int8range(from_us, to_us)), '{}') - coalesce((select r from filled), '{}')) as g
                     from oracle.continuity where tenant_id = $1 and tag_id = $2 and kind <> 'backfilled'),
           pair as (select t, ok, lead(t) over (order by t) as next_t from truth),
           cover as (select t as a, least(next_t, t + 900000000, (select min(greatest(lower(g), t)) from gap where lower(g) < next_t and upper(g) > t)) as b
                       from pair where ok and next_t is not null),
           bucket as (select s as start from generate_series($3::int8, $4::int8 - 1, $5::int8) s)
           select start, count(t.t) as n, count(t.t) filter (where ok) as good, min(value) filter (where ok) as min, max(value) filter (where ok) as max,
                  sum(value order by t.t) filter (where ok) as sum, (array_agg(value order by t.t) filter (where ok))[1] as first,
                  (array_agg(value order by t.t desc) filter (where ok))[1] as last,
                  (select coalesce(sum(least(b, start + $5) - greatest(a, start)), 0) from cover where a < start + $5 and b > start and b > a) as covered
             from bucket left join truth t on t.t >= start and t.t < start + $5
            group by start order by start`,
          [tenantId, tagId, fromUs, toUs, widthUs],
        ),
      ) as unknown as OracleBucket[],
  };
}

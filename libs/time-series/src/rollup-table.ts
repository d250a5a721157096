import type { TenantContext } from '@telltale/tenancy';
import { HOUR_US, type RollupRow } from './rollup-row.js';
import type { Query } from './series-database.js';

export type RollupTable = 'rollup_1m' | 'rollup_1h';

const COLUMNS = 'tag_id, n, good, min, max, sum, first, last, first_us, last_us, held_us, integral, last_good';

/** Writes rows over older ones; each rewrite counts one revision. */
export async function writeRollups(
  query: Query,
  tenant: TenantContext,
  table: RollupTable,
  rows: readonly RollupRow[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 5_000) {
    const part = rows.slice(from, from + 5_000);
    await query(
      `insert into series.${table} as r (tenant_id, bucket, ${COLUMNS})
       select $1::int4, to_timestamp(u.bucket_us / 1000000::float8), ${COLUMNS.split(', ')
         .map((name) => `u.${name}`)
         .join(', ')}
         from unnest($2::int8[], $3::int4[], $4::int4[], $5::int4[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::float8[],
                     $11::int8[], $12::int8[], $13::int8[], $14::float8[], $15::boolean[]) as u(bucket_us, ${COLUMNS})
       on conflict (tenant_id, tag_id, bucket) do update
          set n = excluded.n, good = excluded.good, min = excluded.min, max = excluded.max, sum = excluded.sum, first = excluded.first,
              last = excluded.last, first_us = excluded.first_us, last_us = excluded.last_us, held_us = excluded.held_us,
              integral = excluded.integral, last_good = excluded.last_good, revision = r.revision + 1`,
      [
        tenant.tenantId,
        part.map((row) => row.bucketUs),
        part.map((row) => row.tagId),
        part.map((row) => row.n),
        part.map((row) => row.good),
        part.map((row) => row.min),
        part.map((row) => row.max),
        part.map((row) => row.sum),
        part.map((row) => row.first),
        part.map((row) => row.last),
        part.map((row) => row.firstUs),
        part.map((row) => row.lastUs),
        part.map((row) => row.heldUs),
        part.map((row) => row.integral),
        part.map((row) => row.lastGood),
      ],
    );
  }
}

/** Hours whose samples changed below the hour level: their row is computed anew when their chunks merge. */
export async function forgetHours(
  query: Query,
  tenant: TenantContext,
  hours: readonly { readonly tagId: number; readonly timeUs: number }[],
): Promise<void> {
  const starts = hours.map(({ timeUs }) => Math.floor(timeUs / HOUR_US) * HOUR_US);
  if (starts.length === 0) return;
  await query(
    `delete from series.rollup_1h r using unnest($2::int4[], $3::int8[]) as u(tag_id, hour_us)
      where r.tenant_id = $1::int4 and r.tag_id = u.tag_id and r.bucket = to_timestamp(u.hour_us / 1000000::float8)
        and r.bucket >= to_timestamp($4::float8) and r.bucket <= to_timestamp($5::float8)`,
    [tenant.tenantId, hours.map(({ tagId }) => tagId), starts, smallest(starts) / 1e6, largest(starts) / 1e6],
  );
}

/** Rows of these tags with bucket in [fromUs, toUs), oldest first per tag. */
export function readRollups(
  query: Query,
  tenant: TenantContext,
  table: RollupTable,
  tagId: number,
  fromUs: number,
  toUs: number,
): Promise<RollupRow[]> {
  return query<RollupRow>(
    `select tag_id as "tagId", (extract(epoch from bucket) * 1000000)::int8 as "bucketUs", n, good, min, max, sum, first, last,
            first_us as "firstUs", last_us as "lastUs", held_us as "heldUs", integral, last_good as "lastGood"
       from series.${table}
      where tenant_id = $1::int4 and tag_id = $2::int4 and bucket >= to_timestamp($3::float8) and bucket < to_timestamp($4::float8)
      order by tag_id, bucket`,
    [tenant.tenantId, tagId, fromUs / 1e6, toUs / 1e6],
  );
}

const smallest = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Infinity);
const largest = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), -Infinity);

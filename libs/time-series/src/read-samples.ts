import { concatColumns, pickColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { unfoldedSamples } from './block-table.js';
import { unpackChunk } from './chunk-table.js';
import { DAY_US } from './rollup-rows.js';
import { firstAtOrAfter, resolveSamples } from './sample-order.js';
import type { TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';

/** Samples of chunks in the range, sorted by tag and time. */
export async function chunkSamples(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
): Promise<SampleColumns[]> {
  const rows = await query<{ tagId: number; startUs: number; data: Buffer }>(
    `select c.tag_id as "tagId", c.window_start_us as "startUs", c.data from series.sample_chunk c
      where c.tenant_id = $1::int4 and c.tag_id = any($2::int4[]) and c.window_start_us > $3::int8 and c.window_start_us < $4::int8
        and c.t_max_us >= $5::int8 and c.t_min_us < $4::int8 and c.data is not null
      order by c.tag_id, c.window_start_us`,
    [tenant.tenantId, tagIds, range.fromUs - DAY_US, range.toUs, range.fromUs],
  );
  return rows.map(({ tagId, startUs, data }) => within(unpackChunk(tagId, startUs, data), range));
}

/** Samples of not yet folded blocks of these tags in the range, as they came. */
export async function blockSamples(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
): Promise<SampleColumns> {
  const wanted = new Set(tagIds);
  const bounds = { min: tagIds.reduce((a, b) => Math.min(a, b)), max: tagIds.reduce((a, b) => Math.max(a, b)) };
  const blocks = await unfoldedSamples(query, tenant, bounds, range);
  return concatColumns(blocks.map((columns) => pickColumns(columns, matching(columns, wanted, range))));
}

/** All samples of these tags in the range: sorted by tag and time, one per time. */
export async function readSamples(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
): Promise<SampleColumns> {
  const [stored, fresh] = await Promise.all([
    chunkSamples(query, tenant, tagIds, range),
    blockSamples(query, tenant, tagIds, range),
  ]);
  return resolveSamples(concatColumns([...stored, fresh])).columns;
}

/** Up to when no sample of the tag is stored from a time on, at least; Infinity when none is stored after it. */
export async function silentUntil(query: Query, tenant: TenantContext, tagId: number, fromUs: number): Promise<number> {
  const [next] = await query<{ atUs: number | null }>(
    `select least(
       (select c.t_min_us from series.sample_chunk c
         where c.tenant_id = $1::int4 and c.tag_id = $2::int4 and c.window_start_us > $4::int8 and c.t_max_us >= $3::int8 and c.data is not null
         order by c.window_start_us limit 1),
       (select min(b.t_min_us) from series.sample_block b
         where b.tenant_id = $1::int4 and b.t_max_us >= $3::int8 and b.tag_min <= $2::int4 and b.tag_max >= $2::int4 and not b.damaged)) as "atUs"`,
    [tenant.tenantId, tagId, fromUs, fromUs - DAY_US],
  );
  return Math.max(fromUs, next?.atUs ?? Infinity);
}

const within = (columns: SampleColumns, range: TimeRange): SampleColumns => {
  const [from, to] = indexesOf(columns, range);
  return from === 0 && to === columns.tagIds.length ? columns : sliceColumns(columns, from, to);
};

/** Where the samples of a range lie in sorted samples of one tag. */
export function indexesOf(columns: SampleColumns, { fromUs, toUs }: TimeRange): [from: number, to: number] {
  const count = columns.tagIds.length;
  const from = firstAtOrAfter(columns, fromUs, 0, count);
  return [from, firstAtOrAfter(columns, toUs, from, count)];
}

function matching(
  { tagIds, sourceTimesUs }: SampleColumns,
  wanted: ReadonlySet<number>,
  { fromUs, toUs }: TimeRange,
): number[] {
  const indexes: number[] = [];
  for (let i = 0; i < tagIds.length; i++) {
    const time = sourceTimesUs[i] ?? 0;
    if (time >= fromUs && time < toUs && wanted.has(tagIds[i] ?? 0)) indexes.push(i);
  }
  return indexes;
}

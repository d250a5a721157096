import { concatColumns, sampleAt, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { unpackChunk } from './chunk-table.js';
import { blockSamples } from './read-samples.js';
import { DAY_US } from './rollup-rows.js';
import { firstAtOrAfter, resolveSamples, tagRuns } from './sample-order.js';
import type { LatestSample } from './series-contract.js';
import type { Query } from './series-database.js';

const EARLIEST_US = -(2 ** 52);

/** Where the last sample is looked for first: far enough for almost every tag, near enough to touch two partitions. */
const NEAR_US = 3 * DAY_US;

/** The last sample of each tag at or before a time, any quality. */
export async function readAsOf(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  atUs: number,
): Promise<LatestSample[]> {
  const [near, fresh] = await Promise.all([
    lastChunks(query, tenant, tagIds, atUs - NEAR_US, atUs),
    blockSamples(query, tenant, tagIds, { fromUs: EARLIEST_US, toUs: atUs + 1 }),
  ]);
  const known = new Set(near.map(({ tagId }) => tagId));
  const silent = tagIds.filter((tagId) => !known.has(tagId));
  const far = silent.length === 0 ? [] : await lastChunks(query, tenant, silent, EARLIEST_US, atUs);
  const stored = [...near, ...far].map(({ tagId, startUs, data }) => unpackChunk(tagId, startUs, data));
  const columns: SampleColumns = resolveSamples(concatColumns([...stored, fresh])).columns;
  return tagRuns(columns).flatMap(({ from, to }) => {
    const after = firstAtOrAfter(columns, atUs + 1, from, to);
    return after > from ? [sampleAt(columns, after - 1)] : [];
  });
}

/** The last chunk of each tag that begins in (afterUs, atUs] and holds a sample up to then. */
function lastChunks(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  afterUs: number,
  atUs: number,
): Promise<{ tagId: number; startUs: number; data: Buffer }[]> {
  return query(
    `select c.tag_id as "tagId", c.window_start_us as "startUs", c.data from unnest($2::int4[]) as u(tag_id)
      cross join lateral (
        select s.tag_id, s.window_start_us, s.data from series.sample_chunk s
         where s.tenant_id = $1::int4 and s.tag_id = u.tag_id and s.window_start_us > $4::int8 and s.window_start_us <= $3::int8
           and s.t_min_us <= $3::int8 and s.data is not null
         order by s.window_start_us desc limit 1
      ) c`,
    [tenant.tenantId, tagIds, atUs, afterUs],
  );
}

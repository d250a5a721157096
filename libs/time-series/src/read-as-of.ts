import { concatColumns, sampleAt, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { unpackChunk } from './chunk-table.js';
import { blockSamples } from './read-samples.js';
import { firstAtOrAfter, resolveSamples, tagRuns } from './sample-order.js';
import type { LatestSample } from './series-contract.js';
import type { Query } from './series-database.js';

const EARLIEST_US = -(2 ** 52);

/** The newest sample of each tag, any quality; tags that never had one are left out. */
export function readLatest(query: Query, tenant: TenantContext, tagIds: readonly number[]): Promise<LatestSample[]> {
  return query(
    `select tag_id as "tagId", value, source_time_us as "sourceTimeUs", server_time_us as "serverTimeUs", status
       from series.tag_latest where tenant_id = $1::int4 and tag_id = any($2::int4[]) order by tag_id`,
    [tenant.tenantId, tagIds],
  );
}

/** The last sample of each tag at or before a time, any quality. */
export async function readAsOf(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  atUs: number,
): Promise<LatestSample[]> {
  const chunks = await query<{ tagId: number; startUs: number; data: Buffer }>(
    `select c.tag_id as "tagId", c.window_start_us as "startUs", c.data from unnest($2::int4[]) as u(tag_id)
      cross join lateral (
        select s.tag_id, s.window_start_us, s.data from series.sample_chunk s
         where s.tenant_id = $1::int4 and s.tag_id = u.tag_id and s.window_start_us <= $3::int8 and s.t_min_us <= $3::int8
         order by s.window_start_us desc limit 1
      ) c`,
    [tenant.tenantId, tagIds, atUs],
  );
  const stored = chunks.map(({ tagId, startUs, data }) => unpackChunk(tagId, startUs, data));
  const fresh = await blockSamples(query, tenant, tagIds, { fromUs: EARLIEST_US, toUs: atUs + 1 });
  const columns: SampleColumns = resolveSamples(concatColumns([...stored, fresh])).columns;
  return tagRuns(columns).flatMap(({ from, to }) => {
    const after = firstAtOrAfter(columns, atUs + 1, from, to);
    return after > from ? [sampleAt(columns, after - 1)] : [];
  });
}

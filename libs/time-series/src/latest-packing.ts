import { columnsFrom } from '@telltale/tag-sample';
import { packPages } from './latest-page.js';
import type { LatestSample } from './series-contract.js';
import type { Query } from './series-database.js';

/**
 * A step of the migration 0007, in its transaction: the latest values of older releases, a row per tag, become pages.
 * Nothing to do when it was done before.
 */
export async function packLatestRows(query: Query): Promise<void> {
  const [table] = await query<{ there: boolean }>(`select to_regclass('series.tag_latest_row') is not null as there`);
  if (table?.there !== true) return;
  await query('alter table series.latest_page no force row level security');
  const tenants = await query<{ tenantId: number }>('select distinct tenant_id as "tenantId" from series.tag_latest_row order by 1');
  for (const { tenantId } of tenants) {
    const rows = await query<LatestSample>(
      `select tag_id as "tagId", value, source_time_us as "sourceTimeUs", server_time_us as "serverTimeUs", status
         from series.tag_latest_row where tenant_id = $1::int4 order by tag_id`,
      [tenantId],
    );
    for (const { page, present, data } of packPages(columnsFrom(rows)))
      await query('insert into series.latest_page (tenant_id, page, present, data) values ($1, $2, $3, $4)', [tenantId, page, present, data]);
  }
  await query('alter table series.latest_page force row level security');
  await query('drop table series.tag_latest_row');
}

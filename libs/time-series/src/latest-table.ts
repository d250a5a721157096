import { BatchCodecError, columnsFrom, concatColumns, emptyColumns, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { offsetsOf } from './byte-pieces.js';
import { packPages, pagesOf, tagsOfPage, unpackPage, type LatestPage } from './latest-page.js';
import { newerOf } from './newest-samples.js';
import { readAsOf } from './read-as-of.js';
import type { DamagedPage } from './series-contract.js';
import type { Query } from './series-database.js';
import { StoredSamplesError } from './time-series.errors.js';

interface KnownSamples {
  readonly columns: SampleColumns;
  readonly damaged?: DamagedPage;
}

/**
 * Puts in the samples that are newer than what is stored; `incoming` sorted by tag, one per tag. Locks pages in one order.
 * Samples after `latestUs` are no latest values. Gives the pages that were damaged.
 */
export async function updateLatest(query: Query, tenant: TenantContext, incoming: SampleColumns, latestUs: number): Promise<readonly DamagedPage[]> {
  if (incoming.tagIds.length === 0) return [];
  const stored = await lockPages(query, tenant, pagesOf(incoming.tagIds));
  const known = await Promise.all(stored.map((page) => knownSamples(query, tenant, page, latestUs)));
  const newest = newerOf(concatColumns(known.map(({ columns }) => columns)), incoming);
  const before = new Map(stored.map(({ page, data }) => [page, data]));
  await writePages(
    query,
    tenant,
    packPages(newest).filter(({ page, data }) => before.get(page)?.equals(data) !== true),
  );
  return known.flatMap(({ damaged }) => damaged ?? []);
}

/**
 * Pages that are missing are made before the first lock: whoever held locks while it waits for a page that another append makes
 * could be waited for by that one. Both statements travel together.
 */
async function lockPages(query: Query, tenant: TenantContext, pages: readonly number[]): Promise<LatestPage[]> {
  const params = [tenant.tenantId, pages];
  const [, stored] = await Promise.all([
    query(
      `insert into series.latest_page (tenant_id, page, present, data)
       select $1::int4, u.page, 0, '' from unnest($2::int4[]) as u(page)
        where not exists (select from series.latest_page p where p.tenant_id = $1::int4 and p.page = u.page)
        order by u.page on conflict do nothing`,
      params,
    ),
    query<LatestPage>(
      `select p.page, p.present, p.data from series.latest_page p
        where p.tenant_id = $1::int4 and p.page = any($2::int4[]) order by p.page for no key update`,
      params,
    ),
  ]);
  return stored;
}

/** Latest values never stop an append: what a damaged page held is looked for among the samples themselves, as far as they can be read. */
async function knownSamples(query: Query, tenant: TenantContext, page: LatestPage, latestUs: number): Promise<KnownSamples> {
  if (page.present === 0) return { columns: emptyColumns() };
  try {
    return { columns: unpackPage(page) };
  } catch (error) {
    if (!(error instanceof BatchCodecError)) throw error;
  }
  const tagIds = tagsOfPage(page.page);
  const damaged = { tenantId: tenant.tenantId, page: page.page, firstTagId: tagIds[0] ?? 0, lastTagId: tagIds.at(-1) ?? 0 };
  try {
    return { columns: columnsFrom(await readAsOf(query, tenant, tagIds, latestUs)), damaged: { ...damaged, refilled: true } };
  } catch (error) {
    if (error instanceof StoredSamplesError) return { columns: emptyColumns(), damaged: { ...damaged, refilled: false } };
    throw error;
  }
}

async function writePages(query: Query, tenant: TenantContext, pages: readonly LatestPage[]): Promise<void> {
  if (pages.length === 0) return;
  const lengths = pages.map(({ data }) => data.length);
  await query(
    `update series.latest_page p set present = u.present, data = substring($2::bytea from u.at for u.bytes)
       from unnest($3::int4[], $4::int4[], $5::int4[], $6::int4[]) as u(page, present, at, bytes)
      where p.tenant_id = $1::int4 and p.page = u.page`,
    [
      tenant.tenantId,
      Buffer.concat(pages.map(({ data }) => data)),
      pages.map(({ page }) => page),
      pages.map(({ present }) => present),
      offsetsOf(lengths),
      lengths,
    ],
  );
}

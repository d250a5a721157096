import { BatchCodecError, concatColumns, emptyColumns, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { offsetsOf } from './byte-pieces.js';
import { packPages, pagesOf, unpackPage, type LatestPage } from './latest-page.js';
import { newerOf } from './newest-samples.js';
import type { Query } from './series-database.js';
import { StoredSamplesError } from './time-series.errors.js';

/** Puts in the samples that are newer than what is stored; `incoming` sorted by tag, one per tag. Locks pages in one order. */
export async function updateLatest(query: Query, tenant: TenantContext, incoming: SampleColumns): Promise<void> {
  if (incoming.tagIds.length === 0) return;
  const stored = await lockPages(query, tenant, pagesOf(incoming.tagIds));
  const newest = newerOf(concatColumns(stored.map(readable)), incoming);
  const before = new Map(stored.map(({ page, data }) => [page, data]));
  await writePages(
    query,
    tenant,
    packPages(newest).filter(({ page, data }) => before.get(page)?.equals(data) !== true),
  );
}

/** Samples of all tags on the pages of these tags, sorted by tag. */
export async function readPages(query: Query, tenant: TenantContext, tagIds: readonly number[]): Promise<SampleColumns[]> {
  const pages = await query<LatestPage>(
    'select p.page, p.present, p.data from series.latest_page p where p.tenant_id = $1::int4 and p.page = any($2::int4[]) order by p.page',
    [tenant.tenantId, pagesOf(tagIds)],
  );
  return pages.map((page) => {
    try {
      return unpackPage(page);
    } catch (cause) {
      if (!(cause instanceof BatchCodecError)) throw cause;
      throw new StoredSamplesError(
        `The latest values of the tags from ${page.page * 32} are damaged (${cause.code})`,
        'They come back with the next sample of one of these tags; history is not concerned',
        { cause },
      );
    }
  });
}

async function lockPages(query: Query, tenant: TenantContext, pages: readonly number[]): Promise<LatestPage[]> {
  const select = `select p.page, p.present, p.data from series.latest_page p
     where p.tenant_id = $1::int4 and p.page = any($2::int4[]) order by p.page for no key update`;
  const params = [tenant.tenantId, pages];
  const stored = await query<LatestPage>(select, params);
  if (stored.length === pages.length) return stored;
  // Two historians may meet the first tag of a page: the second one waits here and then sees what the first one wrote.
  await query(
    `insert into series.latest_page (tenant_id, page, present, data)
     select $1::int4, u.page, 0, '' from unnest($2::int4[]) as u(page) order by u.page on conflict do nothing`,
    params,
  );
  return query<LatestPage>(select, params);
}

/** Latest values never stop an append: a page that is damaged begins anew. */
function readable(page: LatestPage): SampleColumns {
  try {
    return unpackPage(page);
  } catch (error) {
    if (error instanceof BatchCodecError) return emptyColumns();
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

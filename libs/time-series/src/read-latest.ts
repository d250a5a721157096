import { BatchCodecError, sampleAt, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { pagesOf, unpackPage, type LatestPage } from './latest-page.js';
import type { LatestSample } from './series-contract.js';
import type { Query } from './series-database.js';
import { StoredSamplesError } from './time-series.errors.js';

/** The newest sample of each tag, any quality, in order of the tags; those that never had one are left out. */
export async function readLatest(query: Query, tenant: TenantContext, tagIds: readonly number[]): Promise<LatestSample[]> {
  const wanted = new Set(tagIds);
  return (await readPages(query, tenant, tagIds)).flatMap((columns) =>
    Array.from(columns.tagIds.keys())
      .filter((i) => wanted.has(columns.tagIds[i] ?? 0))
      .map((i) => sampleAt(columns, i)),
  );
}

/** Samples of all tags on the pages of these tags, sorted by tag. */
async function readPages(query: Query, tenant: TenantContext, tagIds: readonly number[]): Promise<SampleColumns[]> {
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

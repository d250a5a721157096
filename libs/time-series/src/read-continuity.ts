import { CONTINUITY_KINDS, type ContinuityKind } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { gapsOf } from './gaps-of.js';
import type { Gaps } from './rollup-rows.js';
import type { ContinuityEntry, TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';

interface ContinuityTableRow extends Omit<ContinuityEntry, 'kind'> {
  readonly kind: string;
}

const COLUMNS = `tag_id as "tagId", from_us as "fromUs", to_us as "toUs", kind, reason, recorded_at_us as "recordedAtUs"`;

/** Entries that overlap the range, by tag, then time. */
export async function readContinuity(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
): Promise<ContinuityEntry[]> {
  const rows = await query<ContinuityTableRow>(
    `select ${COLUMNS} from series.continuity
      where tenant_id = $1::int4 and tag_id = any($2::int4[]) and from_us < $4::int8 and to_us > $3::int8
      order by tag_id, from_us, to_us, recorded_at_us`,
    [tenant.tenantId, tagIds, range.fromUs, range.toUs],
  );
  return rows.map(entryOf);
}

/** What the entries leave without valid data, of the tags that have any. */
export async function readGaps(query: Query, tenant: TenantContext, tagIds: readonly number[], range: TimeRange): Promise<ReadonlyMap<number, Gaps>> {
  const perTag = Map.groupBy(await readContinuity(query, tenant, tagIds, range), ({ tagId }) => tagId);
  return new Map([...perTag].map(([tagId, own]) => [tagId, gapsOf(own)]));
}

/** Entries recorded after a moment, oldest first. */
export async function readContinuitySince(
  query: Query,
  tenant: TenantContext,
  recordedAfterUs: number,
): Promise<ContinuityEntry[]> {
  const rows = await query<ContinuityTableRow>(
    `select ${COLUMNS} from series.continuity where tenant_id = $1::int4 and recorded_at_us > $2::int8 order by recorded_at_us, tag_id, from_us`,
    [tenant.tenantId, recordedAfterUs],
  );
  return rows.map(entryOf);
}

const entryOf = (row: ContinuityTableRow): ContinuityEntry => ({ ...row, kind: kindOf(row.kind) });

function kindOf(kind: string): ContinuityKind {
  const known = CONTINUITY_KINDS.find((candidate) => candidate === kind);
  // A kind of a newer release: until this one knows it, it is a gap.
  return known ?? 'gap';
}

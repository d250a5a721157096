import type { TenantContext } from '@telltale/tenancy';
import { DAY_US } from './rollup-rows.js';
import type { TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';

/** A stretch of one tag, on whole buckets. */
export interface Stretch extends TimeRange {
  readonly tagId: number;
}

/** Parameters of `unnest($2::int4[], $3::int8[], $4::int8[]) as u(tag_id, from_us, to_us)`. */
export const arraysOf = (stretches: readonly Stretch[]): number[][] => [
  stretches.map(({ tagId }) => tagId),
  stretches.map(({ fromUs }) => fromUs),
  stretches.map(({ toUs }) => toUs),
];

/** What a chunk holds for rollups: its minutes, or where it has none its samples. */
export interface ChunkPiece {
  readonly tagId: number;
  readonly startUs: number;
  readonly spanS: number;
  readonly minutes: Buffer | null;
  readonly data: Buffer | null;
}

const PIECE = `c.tag_id as "tagId", c.window_start_us as "startUs", c.span_s as "spanS", c.minutes, case when c.minutes is null then c.data end as data`;
/** By tag, then time. */
export async function piecesOfTags(query: Query, tenant: TenantContext, tagIds: readonly number[], range: TimeRange): Promise<ChunkPiece[]> {
  if (tagIds.length === 0) return [];
  return query<ChunkPiece>(
    `select ${PIECE} from series.sample_chunk c
      where c.tenant_id = $1::int4 and c.tag_id = any($2::int4[]) and c.window_start_us > $3::int8 - ${DAY_US} and c.window_start_us < $4::int8
        and c.t_max_us >= $3::int8 and c.t_min_us < $4::int8
      order by c.tag_id, c.window_start_us`,
    [tenant.tenantId, tagIds, range.fromUs, range.toUs],
  );
}

/** Those among them that begin in one of the stretches; by tag, then time. */
export async function piecesFrom(query: Query, tenant: TenantContext, stretches: readonly Stretch[], range: TimeRange): Promise<ChunkPiece[]> {
  if (stretches.length === 0) return [];
  return query<ChunkPiece>(
    `select c.* from unnest($2::int4[], $3::int8[], $4::int8[]) as u(tag_id, from_us, to_us) cross join lateral (
       select ${PIECE} from series.sample_chunk c
        where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us >= u.from_us and c.window_start_us < u.to_us
          and c.window_start_us >= $5::int8 and c.window_start_us < $7::int8 and c.t_max_us >= $6::int8 and c.t_min_us < $7::int8 offset 0) c
      order by 1, 2`,
    [
      tenant.tenantId,
      ...arraysOf(stretches),
      stretches.reduce((least, { fromUs }) => Math.min(least, fromUs), Infinity),
      range.fromUs,
      range.toUs,
    ],
  );
}

/** By tag, then time; each once, however many stretches it lies in. */
export async function piecesOfStretches(query: Query, tenant: TenantContext, stretches: readonly Stretch[]): Promise<ChunkPiece[]> {
  if (stretches.length === 0) return [];
  const found = await byStretch<ChunkPiece>(query, tenant, stretches, PIECE, 'c.tag_id, c.window_start_us');
  return found.filter(({ tagId, startUs }, i) => tagId !== found[i - 1]?.tagId || startUs !== found[i - 1]?.startUs);
}

/** Samples of the chunks of each stretch; `at` counts the stretches from 1. */
export const samplePieces = (
  query: Query,
  tenant: TenantContext,
  stretches: readonly Stretch[],
): Promise<{ readonly at: number; readonly tagId: number; readonly startUs: number; readonly data: Buffer | null }[]> =>
  byStretch(query, tenant, stretches, 'c.tag_id as "tagId", c.window_start_us as "startUs", u.at::int4 as at, c.data', 'u.at, c.window_start_us');

const byStretch = <R>(query: Query, tenant: TenantContext, stretches: readonly Stretch[], columns: string, order: string): Promise<R[]> =>
  query<R>(
    `select ${columns}
       from unnest($2::int4[], $3::int8[], $4::int8[]) with ordinality as u(tag_id, from_us, to_us, at)
       join series.sample_chunk c on c.tag_id = u.tag_id and c.window_start_us > u.from_us - ${DAY_US} and c.window_start_us < u.to_us
      where c.tenant_id = $1::int4 and c.window_start_us > $5::int8 and c.window_start_us < $6::int8
        and c.t_max_us >= u.from_us and c.t_min_us < u.to_us
      order by ${order}`,
    [
      tenant.tenantId,
      ...arraysOf(stretches),
      stretches.reduce((least, { fromUs }) => Math.min(least, fromUs), Infinity) - DAY_US,
      stretches.reduce((most, { toUs }) => Math.max(most, toUs), -Infinity),
    ],
  );

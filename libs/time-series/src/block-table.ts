import { BatchCodecError, decodeBatch, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import type { Query } from './series-database.js';
import type { TimeRange } from './series-contract.js';

export interface BlockKey {
  readonly slot: number;
  readonly gatewayId: number;
  readonly epoch: number;
  readonly seq: number;
}

export interface BlockHeader extends BlockKey {
  readonly n: number;
  readonly appendedAtUs: number;
}

const KEY = `b.slot, b.gateway_id as "gatewayId", b.epoch, b.seq`;

const MAX_BLOCKS = 5_000;

/**
 * Blocks appended at or before `untilUs`, as many as hold `maxSamples` together, at least one. Those of the same tags come together,
 * the tags that wait longest first: each fold writes the newest chunk of every tag anew, so that few samples of many tags cost most.
 */
export async function oldestBlocks(
  query: Query,
  tenant: TenantContext,
  untilUs: number,
  maxSamples: number,
): Promise<{ blocks: BlockHeader[]; more: boolean }> {
  const rows = await query<BlockHeader>(
    `with b as materialized (
       select ${KEY}, b.n, b.appended_at_us as "appendedAtUs", b.tag_min from series.sample_block b
        where b.tenant_id = $1::int4 and b.appended_at_us <= $2::int8 and not b.damaged),
     g as (select b."gatewayId", b.tag_min, min(b."appendedAtUs") as oldest from b group by 1, 2)
     select b.slot, b."gatewayId", b.epoch, b.seq, b.n, b."appendedAtUs" from b join g using ("gatewayId", tag_min)
      order by g.oldest, b."gatewayId", b.tag_min, b."appendedAtUs", b.epoch, b.seq limit ${MAX_BLOCKS}`,
    [tenant.tenantId, untilUs],
  );
  let samples = 0;
  const end = rows.findIndex((row) => (samples += row.n) > maxSamples);
  const blocks = end < 0 ? rows : rows.slice(0, Math.max(1, end));
  return { blocks, more: blocks.length < rows.length || rows.length === MAX_BLOCKS };
}

export async function readBlocks(
  query: Query,
  tenant: TenantContext,
  keys: readonly BlockKey[],
): Promise<(BlockKey & { appendedAtUs: number; data: Buffer })[]> {
  return query(
    `select ${KEY}, b.appended_at_us as "appendedAtUs", b.data from unnest($2::int2[], $3::int4[], $4::int8[], $5::int8[]) as u(slot, gateway_id, epoch, seq)
       join series.sample_block b on b.slot = u.slot and b.gateway_id = u.gateway_id and b.epoch = u.epoch and b.seq = u.seq
      where b.tenant_id = $1::int4`,
    keyParams(tenant, keys),
  );
}

export async function deleteBlocks(query: Query, tenant: TenantContext, keys: readonly BlockKey[]): Promise<void> {
  await query(`delete from series.sample_block b ${USING_KEYS}`, keyParams(tenant, keys));
}

/** A block that can't be decoded stays in the log, out of every read, until a person has looked at it. */
export async function markDamaged(query: Query, tenant: TenantContext, keys: readonly BlockKey[]): Promise<void> {
  if (keys.length > 0)
    await query(
      `update series.sample_block b set damaged = true ${USING_KEYS.replace(/^using/, 'from')}`,
      keyParams(tenant, keys),
    );
}

/** Samples of not yet folded blocks that may concern these tags and this time; as they came, unsorted. */
export async function unfoldedSamples(
  query: Query,
  tenant: TenantContext,
  tags: { readonly min: number; readonly max: number },
  range: TimeRange,
): Promise<SampleColumns[]> {
  const rows = await query<{ data: Buffer }>(
    `select b.data from series.sample_block b
      where b.tenant_id = $1::int4 and b.t_min_us < $3::int8 and b.t_max_us >= $2::int8 and b.tag_min <= $5::int4 and b.tag_max >= $4::int4 and not b.damaged`,
    [tenant.tenantId, range.fromUs, range.toUs, tags.min, tags.max],
  );
  return rows.flatMap(({ data }) => samplesOfBlock(data) ?? []);
}

/** Undefined when the stored bytes are damaged. */
export function samplesOfBlock(data: Buffer): SampleColumns | undefined {
  try {
    return decodeBatch(data).samples;
  } catch (error) {
    if (error instanceof BatchCodecError) return undefined;
    throw error;
  }
}

const USING_KEYS = `using unnest($2::int2[], $3::int4[], $4::int8[], $5::int8[]) as u(slot, gateway_id, epoch, seq)
  where b.tenant_id = $1::int4 and b.slot = u.slot and b.gateway_id = u.gateway_id and b.epoch = u.epoch and b.seq = u.seq`;

const keyParams = (tenant: TenantContext, keys: readonly BlockKey[]): readonly unknown[] => [
  tenant.tenantId,
  keys.map(({ slot }) => slot),
  keys.map(({ gatewayId }) => gatewayId),
  keys.map(({ epoch }) => epoch),
  keys.map(({ seq }) => seq),
];

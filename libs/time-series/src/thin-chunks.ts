import { packSamples, pickColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { offsetsOf } from './byte-pieces.js';
import { minutesInAnyCase } from './chunk-table.js';
import { dueChunks, HOUR_OF_CHUNK, samplesOf, type DueChunk } from './due-rows.js';
import { HOUR_US } from './rollup-rows.js';
import type { Query } from './series-database.js';
import { swingingDoor } from './swinging-door.js';

export interface ThinOutcome {
  readonly chunksThinned: number;
  /** That are not stored any more; none where they would have taken less room than those that stay. */
  readonly samplesDropped: number;
}

/** Hours that a declared gap cuts are computed from their samples: their chunks stay as they are. */
const UNCUT = `not exists (select from series.continuity g
   where g.tenant_id = $1::int4 and g.tag_id = c.tag_id and g.kind <> 'backfilled' and g.from_us < g.to_us
     and g.from_us < ${HOUR_OF_CHUNK} + greatest(c.span_s * 1000000::int8, ${HOUR_US})
     and g.to_us > ${HOUR_OF_CHUNK})`;

/** Thins the samples of chunks that are due; their minutes, of all samples, are stored before, worth it or not. */
export async function thinChunks(query: Query, tenant: TenantContext, params: readonly unknown[]): Promise<ThinOutcome> {
  const due = await query<DueChunk & { bound: number }>(
    `select t.thin_error as bound, ${dueChunks('thin')} and t.thin_error is not null and c.data is not null and c.thinned is null and ${UNCUT}
      order by c.tag_id, c.window_start_us limit $3::int4`,
    params,
  );
  if (due.length === 0) return { chunksThinned: 0, samplesDropped: 0 };
  const thinned = due.map((chunk) => thin(chunk, chunk.bound));
  const pieces = thinned.flatMap(({ minutes, data }) => [minutes, data]);
  const lengths = pieces.map((piece) => piece.length);
  const offsets = offsetsOf(lengths);
  const every = (second: 0 | 1, numbers: readonly number[]): number[] => numbers.filter((_, i) => i % 2 === second);
  await query(
    `update series.sample_chunk c set thinned = u.bound, minutes = substring($5::bytea from u.m_at for u.m_bytes),
            data = case when u.bytes > 0 then substring($5::bytea from u.at for u.bytes) else c.data end
       from unnest($2::int4[], $3::int8[], $4::float8[], $6::int4[], $7::int4[], $8::int4[], $9::int4[]) as u(tag_id, start_us, bound, m_at, m_bytes, at, bytes)
      where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us = u.start_us`,
    [
      tenant.tenantId,
      due.map(({ tagId }) => tagId),
      due.map(({ startUs }) => startUs),
      due.map(({ bound }) => bound),
      Buffer.concat(pieces),
      every(0, offsets),
      every(0, lengths),
      every(1, offsets),
      every(1, lengths),
    ],
  );
  return { chunksThinned: due.length, samplesDropped: thinned.reduce((sum, { dropped }) => sum + dropped, 0) };
}

/** `data` is empty where nothing is gained: times on a grid cost nothing, those of some samples out of it do. */
function thin(chunk: DueChunk, bound: number): { readonly minutes: Buffer; readonly data: Buffer; readonly dropped: number } {
  const columns = samplesOf(chunk);
  const minutes = chunk.minutes ?? minutesInAnyCase(columns);
  const kept = swingingDoor(columns, bound);
  const data = packSamples(pickColumns(columns, kept));
  return data.length < (chunk.data?.length ?? 0)
    ? { minutes, data, dropped: columns.values.length - kept.length }
    : { minutes, data: Buffer.alloc(0), dropped: 0 };
}

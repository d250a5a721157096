import { BatchCodecError, PACKED_MAGIC, packSamples, unpackColumns, unpackSamples, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { offsetsOf } from './byte-pieces.js';
import { mergeAt, spanOf, type ChunkWindow } from './chunk-window.js';
import { packRollups } from './rollup-pack.js';
import { DAY_US, MINUTE_US, rollUpSamples } from './rollup-rows.js';
import { isWorthwhile } from './rollup-table.js';
import type { Query } from './series-database.js';
import { StoredSamplesError } from './time-series.errors.js';

export interface ChunkKey {
  readonly tagId: number;
  readonly startUs: number;
}

export interface ChunkHeader extends ChunkKey, ChunkWindow {
  readonly n: number;
  /** Its samples were retired or thinned; its minutes are of all of them. */
  readonly retired: boolean;
}

export interface NewChunk {
  readonly tagId: number;
  readonly window: ChunkWindow;
  /** Sorted samples of this tag, at least one. */
  readonly columns: SampleColumns;
}

const HEADER = `c.tag_id as "tagId", c.window_start_us as "startUs", c.span_s as "spanS", c.n, c.data is null or c.thinned is not null as retired`;

// `offset 0` keeps the planner at one look into the index per key: of rows newer than its statistics it expects one,
// and may join the other way round, every row of the day with every key (seen: 5 000 keys ran into the limit of two minutes).

/** The chunks that exist in these days of these tags; `days` are starts of UTC days. */
export async function headersOfDays(
  query: Query,
  tenant: TenantContext,
  days: readonly { readonly tagId: number; readonly dayUs: number }[],
): Promise<ChunkHeader[]> {
  if (days.length === 0) return [];
  const starts = days.map(({ dayUs }) => dayUs);
  const rows = await query<{ tagId: number; startUs: number; spanS: number; n: number; retired: boolean }>(
    `select c.* from unnest($2::int4[], $3::int8[]) as u(tag_id, day_us) cross join lateral (
       select ${HEADER} from series.sample_chunk c
        where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us >= u.day_us and c.window_start_us < u.day_us + ${DAY_US}
          and c.window_start_us >= $4::int8 and c.window_start_us < $5::int8 + ${DAY_US} offset 0) c`,
    [
      tenant.tenantId,
      days.map(({ tagId }) => tagId),
      starts,
      starts.reduce((a, b) => Math.min(a, b)),
      starts.reduce((a, b) => Math.max(a, b)),
    ],
  );
  return rows.map((row) => ({ ...row, spanS: spanOf(row.spanS) }));
}

export async function readChunks(
  query: Query,
  tenant: TenantContext,
  keys: readonly ChunkKey[],
): Promise<(ChunkKey & { columns: SampleColumns; outdated: boolean })[]> {
  if (keys.length === 0) return [];
  const starts = keys.map(({ startUs }) => startUs);
  const rows = await query<{ tagId: number; startUs: number; data: Buffer }>(
    `select c.* from unnest($2::int4[], $3::int8[]) as u(tag_id, start_us) cross join lateral (
       select c.tag_id as "tagId", c.window_start_us as "startUs", c.data from series.sample_chunk c
        where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us = u.start_us
          and c.window_start_us >= $4::int8 and c.window_start_us <= $5::int8 and c.data is not null offset 0) c`,
    [
      tenant.tenantId,
      keys.map(({ tagId }) => tagId),
      starts,
      starts.reduce((a, b) => Math.min(a, b)),
      starts.reduce((a, b) => Math.max(a, b)),
    ],
  );
  return rows.map(({ tagId, startUs, data }) => ({
    tagId,
    startUs,
    columns: unpackChunk(tagId, startUs, data),
    outdated: !isPacked(data),
  }));
}

const isPacked = (data: Buffer): boolean => data.length > 1 && data.readUInt16BE(0) === PACKED_MAGIC;

export function unpackChunk(tagId: number, startUs: number, data: Buffer, columnsOf?: (count: number) => SampleColumns): SampleColumns {
  try {
    return isPacked(data) ? unpackSamples(tagId, data, columnsOf) : unpackColumns(data);
  } catch (cause) {
    if (!(cause instanceof BatchCodecError)) throw cause;
    throw new StoredSamplesError(
      `The chunk of tag ${tagId} at ${new Date(startUs / 1_000).toISOString()} is damaged (${cause.code})`,
      'Restore it from a backup; other chunks are not concerned',
      { cause },
    );
  }
}

export async function deleteChunks(query: Query, tenant: TenantContext, keys: readonly ChunkKey[]): Promise<void> {
  if (keys.length === 0) return;
  await query(
    `delete from series.sample_chunk c using unnest($2::int4[], $3::int8[]) as u(tag_id, start_us)
      where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us = u.start_us`,
    [tenant.tenantId, keys.map(({ tagId }) => tagId), keys.map(({ startUs }) => startUs)],
  );
}

/** Writes chunks over those with the same tag and start. */
export async function writeChunks(query: Query, tenant: TenantContext, chunks: readonly NewChunk[]): Promise<void> {
  for (let from = 0; from < chunks.length; from += 1_000) {
    const part = chunks.slice(from, from + 1_000);
    const pieces = [...part.map(({ columns }) => packSamples(columns)), ...part.map(({ columns }) => packedMinutes(columns))];
    const lengths = pieces.map((bytes) => bytes.length);
    const offsets = offsetsOf(lengths);
    await query(
      `insert into series.sample_chunk (tenant_id, tag_id, window_start_us, span_s, t_min_us, t_max_us, n, good, merge_at_us, data, minutes)
       select $1::int4, tag_id, start_us, span_s, t_min, t_max, n, good, merge_at, substring($2::bytea from at for bytes),
              case when m_bytes > 0 then substring($2::bytea from m_at for m_bytes) end
         from unnest($3::int4[], $4::int8[], $5::int4[], $6::int8[], $7::int8[], $8::int4[], $9::int4[], $10::int8[], $11::int4[], $12::int4[], $13::int4[], $14::int4[])
           as u(tag_id, start_us, span_s, t_min, t_max, n, good, merge_at, at, bytes, m_at, m_bytes)
       on conflict (tenant_id, tag_id, window_start_us) do update
          set span_s = excluded.span_s, t_min_us = excluded.t_min_us, t_max_us = excluded.t_max_us, n = excluded.n, good = excluded.good,
              merge_at_us = excluded.merge_at_us, data = excluded.data, minutes = excluded.minutes`,
      [
        tenant.tenantId,
        Buffer.concat(pieces),
        part.map(({ tagId }) => tagId),
        part.map(({ window }) => window.startUs),
        part.map(({ window }) => window.spanS),
        part.map(({ columns }) => columns.sourceTimesUs[0]),
        part.map(({ columns }) => columns.sourceTimesUs.at(-1)),
        part.map(({ columns }) => columns.tagIds.length),
        part.map(({ columns }) => columns.statuses.reduce((good, status) => good + (status >>> 30 === 0 ? 1 : 0), 0)),
        part.map(({ window, columns }) => mergeAt(window, columns.tagIds.length)),
        offsets.slice(0, part.length),
        lengths.slice(0, part.length),
        offsets.slice(part.length),
        lengths.slice(part.length),
      ],
    );
  }
}

/** At least as many minutes as a chunk's samples can fall into. */
export const mostMinutes = (data: Buffer | null): number =>
  data === null ? 0 : Math.min(DAY_US / MINUTE_US, isPacked(data) && data.length > 8 ? data.readUInt32BE(4) : Infinity);

/** Empty when minutes would not be clearly smaller than the samples. */
function packedMinutes(columns: SampleColumns): Buffer {
  const rows = rollUpSamples(columns, 0, columns.tagIds.length, MINUTE_US);
  return isWorthwhile(rows) ? packRollups(rows, MINUTE_US, { settled: false }) : Buffer.alloc(0);
}

/** For when the samples go. */
export const minutesInAnyCase = (columns: SampleColumns): Buffer =>
  packRollups(rollUpSamples(columns, 0, columns.tagIds.length, MINUTE_US), MINUTE_US, { settled: false });

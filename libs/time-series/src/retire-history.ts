import type { TenantContext } from '@telltale/tenancy';
import { offsetsOf } from './byte-pieces.js';
import { minutesInAnyCase } from './chunk-table.js';
import { chunksOfDueHours, dueChunks, dueRows, samplesOf, type DueChunk, type RetentionLevel } from './due-rows.js';
import { rowsOfPieces } from './piece-rows.js';
import { readGaps } from './read-continuity.js';
import { DAY_US, HOUR_US, QUARTER_US, RollupRows, startsEvery, type Gaps } from './rollup-rows.js';
import { settleHours, settleMissingHours, type SettledHours } from './rollup-table.js';
import type { Query } from './series-database.js';
import { thinChunks, type ThinOutcome } from './thin-chunks.js';

export interface RetireOutcome extends ThinOutcome {
  /** Chunks whose raw samples went; their minutes stay. */
  readonly rawRetired: number;
  /** Chunks that went with their minutes. */
  readonly minutesRetired: number;
  readonly quartersRetired: number;
  readonly hoursRetired: number;
}

/**
 * Retires what is older than its class allows, at most `maxRows` rows per level, in the caller's transaction. Before a finer level
 * goes or is thinned the coarser ones are written, also where they were not worth storing while the finer one was there.
 */
export async function retireHistory(
  query: Query,
  tenant: TenantContext,
  options: { readonly nowUs: number; readonly maxRows: number },
): Promise<RetireOutcome> {
  const [least] = await query<Record<RetentionLevel, number | null>>(
    `select min(raw_days) as raw, min(minute_days) as minute, min(quarter_days) as quarter, min(hour_days) as hour,
            min(thin_days) filter (where exists (select from series.tag_retention t
              where t.tenant_id = $1::int4 and t.class = r.class and t.thin_error is not null)) as thin
       from series.retention_class r where r.tenant_id = $1::int4`,
    [tenant.tenantId],
  );
  /** Nothing younger than the shortest class is looked at. */
  const paramsOf = (level: RetentionLevel): readonly unknown[] | undefined => {
    const days = least?.[level] ?? null;
    return days === null ? undefined : [tenant.tenantId, options.nowUs, options.maxRows, options.nowUs - days * DAY_US];
  };
  const [hours, quarters, minutes, raw, thin] = [paramsOf('hour'), paramsOf('quarter'), paramsOf('minute'), paramsOf('raw'), paramsOf('thin')];
  if (hours !== undefined) await query(LATE_CHANGES, hours);
  await query(OLD_LATE_CHANGES, [tenant.tenantId, options.nowUs - LATE_CHANGE_DAYS * DAY_US, options.maxRows]);
  return {
    hoursRetired: hours === undefined ? 0 : await removed(query, HOURS, hours),
    quartersRetired: quarters === undefined ? 0 : await removed(query, QUARTERS, quarters),
    minutesRetired: minutes === undefined ? 0 : await retireMinutes(query, tenant, minutes),
    rawRetired: raw === undefined ? 0 : await retireRaw(query, tenant, raw),
    ...(thin === undefined ? { chunksThinned: 0, samplesDropped: 0 } : await thinChunks(query, tenant, thin)),
  };
}

const HOURS = `delete from series.rollup_day d using (select c.tag_id, c.day_us from series.rollup_day c
  ${dueRows('hour', 'day_us', `${DAY_US}`)} limit $3::int4) g where d.tenant_id = $1::int4 and d.tag_id = g.tag_id and d.day_us = g.day_us returning 1`;
/** With the coarsest level goes the knowledge of how often it was revised. */
const LATE_CHANGES = `delete from series.late_change l using (select c.tag_id, c.day_us, c.changed_at_us from series.late_change c
  ${dueRows('hour', 'day_us', `${DAY_US}`)} limit $3::int4) g
  where l.tenant_id = $1::int4 and l.tag_id = g.tag_id and l.day_us = g.day_us and l.changed_at_us = g.changed_at_us`;
/** How long revisions are told apart at most: three years. */
const LATE_CHANGE_DAYS = 1_096;
/** Where hours are kept for ever nothing else would end them. */
const OLD_LATE_CHANGES = `delete from series.late_change l using (select c.tag_id, c.day_us, c.changed_at_us from series.late_change c
  where c.tenant_id = $1::int4 and c.last_us < $2::int8
    and not exists (select from series.legal_hold h where h.tenant_id = $1::int4 and (h.tag_ids is null or c.tag_id = any(h.tag_ids))
                      and h.from_us < c.day_us + ${DAY_US}::int8 and h.to_us > c.day_us)
  limit $3::int4) g
  where l.tenant_id = $1::int4 and l.tag_id = g.tag_id and l.day_us = g.day_us and l.changed_at_us = g.changed_at_us`;
const QUARTERS = `update series.rollup_day d set quarters = null from (select c.tag_id, c.day_us from series.rollup_day c
  ${dueRows('quarter', 'day_us', `${DAY_US}`)} and c.quarters is not null limit $3::int4) g
  where d.tenant_id = $1::int4 and d.tag_id = g.tag_id and d.day_us = g.day_us returning 1`;

const removed = async (query: Query, sql: string, params: readonly unknown[]): Promise<number> => (await query(sql, params)).length;

async function retireMinutes(query: Query, tenant: TenantContext, params: readonly unknown[]): Promise<number> {
  const first = await query<DueChunk>(
    `select ${chunksOfDueHours('minute')} order by c.tag_id, c.window_start_us limit $3::int4`,
    params,
  );
  const last = first.at(-1);
  if (last === undefined) return 0;
  const endUs = startsEvery(HOUR_US)(last.startUs) + HOUR_US;
  const due = endOf(last) < endUs ? [...first, ...(await restOfHour(query, params, last, endUs))] : first;
  const perTag = Map.groupBy(due, ({ tagId }) => tagId);
  const gaps = await readGaps(query, tenant, [...perTag.keys()], { fromUs: Math.min(...due.map(({ startUs }) => startUs)), toUs: Math.max(...due.map(endOf)) });
  const settled = [...perTag].map(([tagId, own]): SettledHours => {
    const rowsOf = (widthUs: number): RollupRows => rowsOfPieces(own, [{ fromUs: -Infinity, toUs: Infinity }], widthUs, gaps.get(tagId));
    return { tagId, hours: rowsOf(HOUR_US), quarters: rowsOf(QUARTER_US) };
  });
  // Hours are stored without a look at the gaps, which readers find in the samples or minutes as long as there are any.
  await settleHours(query, tenant, settled.flatMap((own) => cutHours(own, gaps.get(own.tagId) ?? [])));
  await settleMissingHours(query, tenant, settled);
  await query(
    `delete from series.sample_chunk c using unnest($2::int4[], $3::int8[]) as u(tag_id, start_us)
      where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us = u.start_us`,
    [tenant.tenantId, due.map(({ tagId }) => tagId), due.map(({ startUs }) => startUs)],
  );
  return due.length;
}

const endOf = ({ startUs, spanS }: DueChunk): number => startUs + spanS * 1e6;

/** Those of the hours that a gap lies in, with their quarters. */
function cutHours({ tagId, hours, quarters }: SettledHours, gaps: Gaps): SettledHours[] {
  const hourOf = startsEvery(HOUR_US);
  const cut = new Set<number>();
  for (let i = 0; i < hours.length; i++)
    if (gaps.some(([from, to]) => from < (hours.lastUs[i] ?? 0) && to > (hours.firstUs[i] ?? 0))) cut.add(hours.bucketUs[i] ?? 0);
  if (cut.size === 0) return [];
  const isCut = (us: number): boolean => cut.has(hourOf(us));
  return [{ tagId, hours: hours.picked(isCut), quarters: quarters.picked(isCut) }];
}

/** What the limit cut off. */
const restOfHour = (query: Query, params: readonly unknown[], last: DueChunk, endUs: number): Promise<DueChunk[]> =>
  query<DueChunk>(
    `select ${chunksOfDueHours('minute')} and c.tag_id = $3::int4 and c.window_start_us > $5::int8 and c.window_start_us < $6::int8 order by c.window_start_us`,
    [...params.slice(0, 2), last.tagId, ...params.slice(3), last.startUs, endUs],
  );

async function retireRaw(query: Query, tenant: TenantContext, params: readonly unknown[]): Promise<number> {
  const due = await query<DueChunk>(
    `select ${dueChunks('raw')} and c.data is not null order by c.tag_id, c.window_start_us limit $3::int4`,
    params,
  );
  if (due.length === 0) return 0;
  const pieces = due.map((chunk) => chunk.minutes ?? minutesInAnyCase(samplesOf(chunk)));
  const lengths = pieces.map((piece) => piece.length);
  await query(
    `update series.sample_chunk c set data = null, minutes = substring($4::bytea from u.at for u.bytes)
       from unnest($2::int4[], $3::int8[], $5::int4[], $6::int4[]) as u(tag_id, start_us, at, bytes)
      where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us = u.start_us`,
    [tenant.tenantId, due.map(({ tagId }) => tagId), due.map(({ startUs }) => startUs), Buffer.concat(pieces), offsetsOf(lengths), lengths],
  );
  return due.length;
}

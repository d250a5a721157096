import type { SampleColumns } from '@telltale/tag-sample';
import { unpackChunk } from './chunk-table.js';
import { DAY_US, HOUR_US } from './rollup-rows.js';

export type RetentionLevel = 'thin' | 'raw' | 'minute' | 'quarter' | 'hour';

/**
 * Beginning of what is due at a level: the class of the row's tag, `default` where it has none, and no legal hold on it.
 * Parameters: tenant, now, most rows, and the time that every due row began before.
 */
export const dueRows = (level: RetentionLevel, startColumn: string, spanUs: string, startUs = `c.${startColumn}`): string => `
  left join series.tag_retention t on t.tenant_id = $1::int4 and t.tag_id = c.tag_id
  join series.retention_class r on r.tenant_id = $1::int4 and r.class = coalesce(t.class, 'default')
 where c.tenant_id = $1::int4 and c.${startColumn} < $4::int8 and r.${level}_days is not null
   and ${startUs} + ${spanUs} <= $2::int8 - r.${level}_days * ${DAY_US}::int8
   and not exists (select from series.legal_hold h where h.tenant_id = $1::int4 and (h.tag_ids is null or c.tag_id = any(h.tag_ids))
                      and h.from_us < ${startUs} + ${spanUs} and h.to_us > ${startUs})`;

export interface DueChunk {
  readonly tagId: number;
  readonly startUs: number;
  readonly spanS: number;
  readonly data: Buffer | null;
  readonly minutes: Buffer | null;
}

const CHUNK = `c.tag_id as "tagId", c.window_start_us as "startUs", c.span_s as "spanS", c.minutes, c.data from series.sample_chunk c`;
const SPAN_US = 'c.span_s * 1000000::int8';

/** Final chunks that are due at a level. */
export const dueChunks = (level: RetentionLevel): string =>
  `${CHUNK} ${dueRows(level, 'window_start_us', SPAN_US)} and c.merge_at_us is null`;

/** Start of the hour in which a chunk begins. */
export const HOUR_OF_CHUNK = `(c.window_start_us - (c.window_start_us % ${HOUR_US} + ${HOUR_US}) % ${HOUR_US})`;

/** Chunks of hours that are due as a whole and of which every chunk is final: what is left of an hour tells nothing about it. */
export const chunksOfDueHours = (level: RetentionLevel): string =>
  `${CHUNK} ${dueRows(level, 'window_start_us', `greatest(${SPAN_US}, ${HOUR_US})`, HOUR_OF_CHUNK)} and c.merge_at_us is null
   and (c.span_s >= 3600 or not exists (select from series.sample_chunk o where o.tenant_id = $1::int4 and o.tag_id = c.tag_id
     and o.window_start_us >= ${HOUR_OF_CHUNK} and o.window_start_us < ${HOUR_OF_CHUNK} + ${HOUR_US} and o.merge_at_us is not null))`;

export const samplesOf = ({ tagId, startUs, data }: DueChunk): SampleColumns => unpackChunk(tagId, startUs, data ?? Buffer.alloc(0));

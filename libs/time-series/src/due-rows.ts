import type { SampleColumns } from '@telltale/tag-sample';
import { unpackChunk } from './chunk-table.js';
import { DAY_US } from './rollup-rows.js';

export type RetentionLevel = 'thin' | 'raw' | 'minute' | 'quarter' | 'hour';

/**
 * Beginning of what is due at a level: the class of the row's tag, `default` where it has none, and no legal hold on it.
 * Parameters: tenant, now, most rows, and the time that every due row began before.
 */
export const dueRows = (level: RetentionLevel, startColumn: string, spanUs: string): string => `
  left join series.tag_retention t on t.tenant_id = $1::int4 and t.tag_id = c.tag_id
  join series.retention_class r on r.tenant_id = $1::int4 and r.class = coalesce(t.class, 'default')
 where c.tenant_id = $1::int4 and c.${startColumn} < $4::int8 and r.${level}_days is not null
   and c.${startColumn} + ${spanUs} <= $2::int8 - r.${level}_days * ${DAY_US}::int8
   and not exists (select from series.legal_hold h where h.tenant_id = $1::int4 and (h.tag_ids is null or c.tag_id = any(h.tag_ids))
                      and h.from_us < c.${startColumn} + ${spanUs} and h.to_us > c.${startColumn})`;

export interface DueChunk {
  readonly tagId: number;
  readonly startUs: number;
  readonly data: Buffer | null;
  readonly minutes: Buffer | null;
}

/** Final chunks that are due at a level. */
export const dueChunks = (level: RetentionLevel): string => `c.tag_id as "tagId", c.window_start_us as "startUs", c.minutes, c.data
  from series.sample_chunk c ${dueRows(level, 'window_start_us', 'c.span_s * 1000000::int8')} and c.merge_at_us is null`;

export const samplesOf = ({ tagId, startUs, data }: DueChunk): SampleColumns => unpackChunk(tagId, startUs, data ?? Buffer.alloc(0));

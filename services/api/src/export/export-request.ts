import { z } from 'zod';
import type { TimeRange } from '@telltale/time-series';
import { ApiError } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { rangeOf } from '../tags/series.resolver.js';
import { csvFile } from './csv-file.js';
import type { FileWriter } from './exported-samples.js';
import { parquetFile } from './parquet-file.js';

export const MOST_EXPORTED_TAGS = 200;
const LONGEST_DAYS = 400;
const DAY_US = 86_400_000_000;

export const EXPORT_FORMATS = {
  csv: { mediaType: 'text/csv; charset=utf-8', write: csvFile },
  parquet: { mediaType: 'application/vnd.apache.parquet', write: parquetFile },
} as const satisfies Record<string, { mediaType: string; write: FileWriter }>;

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Asked = z.strictObject({
  tag: z.union([z.string().transform((id) => [id]), z.array(z.string()).min(1).max(MOST_EXPORTED_TAGS)]),
  from: time,
  to: time,
  format: z.enum(['csv', 'parquet']).default('csv'),
});

export interface ExportRequest {
  readonly tagIds: readonly number[];
  readonly range: TimeRange;
  readonly format: keyof typeof EXPORT_FORMATS;
}

const refused = (sentence: string): ApiError => new ApiError('BAD_ARGUMENT', sentence, 400);

/** Reads `?tag=…&tag=…&from=…&to=…&format=csv`. Throws ApiError. */
export function exportRequest(query: unknown): ExportRequest {
  const { data, error } = Asked.safeParse(query);
  if (data === undefined) {
    const [first] = error.issues;
    throw refused(`\`${first?.path.join('.') ?? 'query'}\`: ${first?.message}. Ask with tag (1 to ${MOST_EXPORTED_TAGS} times), from, to and format=csv or parquet.`);
  }
  const range = inRange(data.from, data.to);
  if (range.toUs - range.fromUs > LONGEST_DAYS * DAY_US) throw refused(`An export covers ${LONGEST_DAYS} days at most: ask for less time.`);
  return { tagIds: [...new Set(data.tag.map((id) => fromId('tag', id)))], range, format: data.format };
}

function inRange(from: Date, to: Date): TimeRange {
  try {
    return rangeOf(from, to);
  } catch (error) {
    throw error instanceof ApiError ? refused(error.message) : error;
  }
}

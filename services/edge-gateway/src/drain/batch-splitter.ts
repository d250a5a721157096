import { decodeBatch, emptyColumns, sliceColumns, type ContinuityRow } from '@telltale/tag-sample';
import { spoolEntry } from '../collect/sample-collector.js';
import type { SpoolEntry, SpoolRecord } from '@telltale/edge-spool';

type Whole = Pick<SpoolRecord, 'lane' | 'bytes' | 'subjects' | 'fromUs' | 'toUs'>;

/**
 * Two batches in place of one that is too large; null when it can't be divided any more. Samples keep their order; the continuity
 * rows travel behind them. A batch of rows alone is divided by rows, a single row by its tags.
 */
export function splitBatch({ lane, bytes, subjects, fromUs, toUs }: Whole): readonly [SpoolEntry, SpoolEntry] | null {
  const { identity, samples, continuity } = decodeBatch(bytes);
  const count = samples.tagIds.length;
  const entry = (from: number, to: number, rows: readonly ContinuityRow[]): SpoolEntry =>
    spoolEntry(lane, identity.gatewayId, to > from ? sliceColumns(samples, from, to) : emptyColumns(), rows, subjects, fromUs, toUs);
  if (count > 0 && continuity.length > 0) return [entry(0, count, []), entry(0, 0, continuity)];
  if (count > 1) {
    const half = count >>> 1;
    return [entry(0, half, []), entry(half, count, [])];
  }
  const [first, second] = halves(continuity);
  return first.length === 0 || second.length === 0 ? null : [entry(0, 0, first), entry(0, 0, second)];
}

function halves(rows: readonly ContinuityRow[]): readonly [readonly ContinuityRow[], readonly ContinuityRow[]] {
  const [only] = rows;
  if (rows.length !== 1 || only === undefined) return [rows.slice(0, rows.length >>> 1), rows.slice(rows.length >>> 1)];
  const half = only.tagIds.length >>> 1;
  return half === 0 ? [rows, []] : [[{ ...only, tagIds: only.tagIds.slice(0, half) }], [{ ...only, tagIds: only.tagIds.slice(half) }]];
}

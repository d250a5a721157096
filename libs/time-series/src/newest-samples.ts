import { concatColumns, pickColumns, type SampleColumns } from '@telltale/tag-sample';
import { preference } from './sample-order.js';

/** A device clock that runs ahead by more than this does not set the latest value: it would hide every true one after it. */
export const FUTURE_TOLERANCE_US = 300_000_000;

/** The newest sample of every tag, sorted by tag (one lock order); samples beyond `latestUs` are left out. */
export function newestSamples(
  parts: readonly { readonly columns: SampleColumns; readonly latestUs: number }[],
): SampleColumns {
  const whole = concatColumns(parts.map((part) => part.columns));
  const newest = new Map<number, number>();
  let offset = 0;
  for (const { columns, latestUs } of parts) {
    for (let i = 0; i < columns.tagIds.length; i++) {
      const time = columns.sourceTimesUs[i] ?? 0;
      if (time > latestUs) continue;
      const index = offset + i;
      const tagId = columns.tagIds[i] ?? 0;
      const known = newest.get(tagId);
      const ahead =
        known === undefined ? 1 : time - (whole.sourceTimesUs[known] ?? 0) || preference(whole, index, known);
      if (ahead > 0) newest.set(tagId, index);
    }
    offset += columns.tagIds.length;
  }
  const sorted = [...newest.entries()].sort(([a], [b]) => a - b).map(([, index]) => index);
  return pickColumns(whole, sorted);
}

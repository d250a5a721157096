import { concatColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import { HOUR_US, MINUTE_US, QUARTER_US, rollUpRows, rollUpSamples, startsEvery } from './rollup-rows.js';
import type { SettledHours } from './rollup-table.js';
import { firstAtOrAfter } from './sample-order.js';

/** These hours, in order of time, from all samples of the tag: both levels are the ordered sum of the same minutes. */
export function settledHours(tagId: number, columns: SampleColumns, hoursUs: readonly number[]): SettledHours {
  const count = columns.tagIds.length;
  const parts = hoursUs.map((hourUs) => {
    const from = firstAtOrAfter(columns, hourUs, 0, count);
    return sliceColumns(columns, from, firstAtOrAfter(columns, hourUs + HOUR_US, from, count));
  });
  const chosen = concatColumns(parts);
  const minutes = rollUpSamples(chosen, 0, chosen.tagIds.length, MINUTE_US);
  return {
    tagId,
    hours: rollUpRows(minutes, startsEvery(HOUR_US)),
    quarters: rollUpRows(minutes, startsEvery(QUARTER_US)),
  };
}

import { isGood, Status, type SampleColumns, type TimeUs } from '@telltale/tag-sample';
import { firstAtOrAfter } from './sample-order.js';
import type { InterpolatedValue } from './series-contract.js';

/** Info bits of a status (OPC UA Part 4 §7.39.1, Part 13 §5.3.3): the value was interpolated, not measured. */
export const INTERPOLATED_BITS = 0x0402;

const isUsable = ({ values, statuses }: SampleColumns, i: number): boolean => isGood(statuses[i] ?? 0) && Number.isFinite(values[i] ?? NaN);

/** For each place the nearest usable sample at or before it, and at or after it; -1 and the count where there is none. */
function usableAround(columns: SampleColumns): { readonly before: Int32Array; readonly after: Int32Array } {
  const count = columns.values.length;
  const before = new Int32Array(count);
  const after = new Int32Array(count);
  for (let i = 0, last = -1; i < count; i++) before[i] = last = isUsable(columns, i) ? i : last;
  for (let i = count - 1, next = count; i >= 0; i--) after[i] = next = isUsable(columns, i) ? i : next;
  return { before, after };
}

/**
 * The Interpolative aggregate of OPC UA Part 13 (§5.4.3.4) at each time; samples that are not good bound nothing. `stepped`: the value
 * holds until the next one; else it runs in a straight line. After the last sample it holds, and is uncertain. Sorted columns of one tag.
 */
export function interpolatedAt(columns: SampleColumns, timesUs: readonly TimeUs[], { stepped }: { readonly stepped: boolean }): InterpolatedValue[] {
  const { sourceTimesUs, values, statuses } = columns;
  const count = values.length;
  const usable = usableAround(columns);
  return timesUs.map((timeUs): InterpolatedValue => {
    const next = firstAtOrAfter(columns, timeUs, 0, count);
    const isAtIt = next < count && sourceTimesUs[next] === timeUs;
    const after = usable.after[next] ?? count;
    if (isAtIt && after === next) return { timeUs, value: values[next] ?? NaN, status: statuses[next] ?? 0, interpolated: false };
    // What stands at the time itself and is not usable lies between the bounds.
    const last = isAtIt ? next : next - 1;
    const before = usable.before[last] ?? -1;
    if (before < 0) return { timeUs, value: NaN, status: Status.BadNoData, interpolated: false };
    const doubtful = before < last || (stepped ? next === count : after > next || after === count);
    const [from, low] = [sourceTimesUs[before] ?? 0, values[before] ?? NaN];
    const sloped = stepped || after === count ? 0 : (((values[after] ?? NaN) - low) * (timeUs - from)) / ((sourceTimesUs[after] ?? 0) - from);
    return { timeUs, value: low + sloped, status: (doubtful ? Status.UncertainDataSubNormal : Status.Good) | INTERPOLATED_BITS, interpolated: true };
  });
}

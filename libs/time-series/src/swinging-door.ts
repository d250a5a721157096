import { isGood, type SampleColumns } from '@telltale/tag-sample';
import { HOLD_LIMIT_US } from './rollup-rows.js';

/** How many samples a segment looks beyond the last one at which it may end: the work stays linear. */
const LOOK_AHEAD = 64;
/** Of the greatest value: more than rounding can add up to in slopes and in the value read between two samples. */
const ROUNDING = 2 ** -48;

/**
 * Indexes of the samples to keep of sorted columns of one tag, so that each one left out is at most `bound` away from the straight
 * line between its kept neighbours, as readers compute it. First and last stay, whatever is not good or not finite, both sides of a
 * change of status, and so many that a good sample covers the same time as before.
 */
export function swingingDoor(columns: SampleColumns, bound: number): Uint32Array {
  const count = columns.values.length;
  const kept = new Uint32Array(count);
  const doorWidth = Math.max(0, bound - greatestValue(columns) * ROUNDING);
  let length = 0;
  for (let at = 0; at < count;) {
    kept[length++] = at;
    const end = reach(columns, at, doorWidth);
    // Where numbers are so great or the bound so small that rounding matters, everything stays.
    if (!isWithin(columns, at, end, bound)) for (let i = at + 1; i < end; i++) kept[length++] = i;
    at = end;
  }
  return kept.subarray(0, length);
}

/** The farthest sample to which a line from `anchor` stays within the doors of all between; the next one at least. */
function reach(columns: SampleColumns, anchor: number, doorWidth: number): number {
  const { values, sourceTimesUs } = columns;
  const [fromUs, low] = [sourceTimesUs[anchor] ?? 0, values[anchor] ?? NaN];
  let end = anchor + 1;
  let [least, greatest] = [-Infinity, Infinity];
  for (let i = anchor + 1; i < values.length && i <= end + LOOK_AHEAD; i++) {
    const elapsedUs = (sourceTimesUs[i] ?? 0) - fromUs;
    if (elapsedUs > HOLD_LIMIT_US) break;
    const rise = (values[i] ?? NaN) - low;
    if (rise / elapsedUs >= least && rise / elapsedUs <= greatest) end = i;
    if (!mayGo(columns, i)) break;
    least = Math.max(least, (rise - doorWidth) / elapsedUs);
    greatest = Math.min(greatest, (rise + doorWidth) / elapsedUs);
    if (least > greatest) break;
  }
  return end;
}

/** Whether a sample and both its neighbours are good, finite and of one status. */
function mayGo(columns: SampleColumns, i: number): boolean {
  const { statuses } = columns;
  return statuses[i - 1] === statuses[i] && statuses[i + 1] === statuses[i] && isUsable(columns, i - 1) && isUsable(columns, i) && isUsable(columns, i + 1);
}

const isUsable = ({ values, statuses }: SampleColumns, i: number): boolean => isGood(statuses[i] ?? 0) && Number.isFinite(values[i] ?? NaN);

/** Whether all samples between two are within the bound of the line, by the arithmetic of `interpolatedAt`. */
function isWithin({ values, sourceTimesUs }: SampleColumns, from: number, to: number, bound: number): boolean {
  const [fromUs, low] = [sourceTimesUs[from] ?? 0, values[from] ?? NaN];
  const [toUs, high] = [sourceTimesUs[to] ?? 0, values[to] ?? NaN];
  for (let i = from + 1; i < to; i++) {
    const read = low + ((high - low) * ((sourceTimesUs[i] ?? 0) - fromUs)) / (toUs - fromUs);
    if (!(Math.abs(read - (values[i] ?? NaN)) <= bound)) return false;
  }
  return true;
}

function greatestValue({ values }: SampleColumns): number {
  let greatest = 0;
  for (const value of values) if (Number.isFinite(value)) greatest = Math.max(greatest, Math.abs(value));
  return greatest;
}

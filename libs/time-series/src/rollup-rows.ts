import { isGood, type SampleColumns } from '@telltale/tag-sample';
import { DecimalSum } from './decimal-sum.js';

export const MINUTE_US = 60_000_000;
export const QUARTER_US = 900_000_000;
export const HOUR_US = 3_600_000_000;
export const DAY_US = 86_400_000_000;

/**
 * A good sample covers the time until the next sample of its tag, at most this long and never into a declared gap.
 * Silence within it means an unchanged value: outages are declared by the gateway.
 */
export const HOLD_LIMIT_US = 900_000_000;

/** Half-open stretches without valid data, sorted and disjoint. */
export type Gaps = readonly (readonly [fromUs: number, toUs: number])[];

/**
 * Rows of one tag as columns, oldest bucket first; the same index is the same bucket. Each row is a pure function of the samples
 * in its bucket, so that any arrival order gives the same bits. Row indexes run to `length`, the arrays may be longer.
 */
export class RollupRows {
  length = 0;
  /** Start of the bucket. */
  readonly bucketUs: Float64Array;
  readonly n: Float64Array;
  /** Samples that are good and have a finite value; min to last are about these and NaN when there is none. */
  readonly good: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** Correctly rounded when all values are decimals, else added up in the order of time. */
  readonly sum: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** First and last sample of any quality. */
  readonly firstUs: Float64Array;
  readonly lastUs: Float64Array;
  /** Time between samples of the bucket that a good sample covers. */
  readonly heldUs: Float64Array;
  /** Integral of the value over heldUs, in value × seconds; NaN where only minutes are stored, which have none. */
  readonly integral: Float64Array;
  readonly lastGood: Uint8Array;
  /** How often the row was computed anew after its time was over. */
  readonly revision: Float64Array;

  constructor(readonly capacity: number) {
    // One piece of memory for all columns: typed arrays are dear to allocate.
    const memory = new ArrayBuffer(capacity * 13 * 8 + capacity);
    let at = 0;
    const column = (): Float64Array => {
      const from = at;
      at += capacity * 8;
      return new Float64Array(memory, from, capacity);
    };
    this.bucketUs = column();
    this.n = column();
    this.good = column();
    this.min = column();
    this.max = column();
    this.sum = column();
    this.first = column();
    this.last = column();
    this.firstUs = column();
    this.lastUs = column();
    this.heldUs = column();
    this.integral = column();
    this.revision = column();
    this.lastGood = new Uint8Array(memory, at, capacity);
  }

  /** Copies rows [from, to) of another to the end; there must be room. */
  append(other: RollupRows, from: number, to: number): void {
    if (to - from > 64) {
      for (const name of COLUMNS) this[name].set(other[name].subarray(from, to), this.length);
      this.length += to - from;
    } else for (let i = from; i < to; i++) this.appendRow(other, i);
  }

  private appendRow(other: RollupRows, i: number): void {
    const at = this.length++;
    this.bucketUs[at] = other.bucketUs[i] ?? 0;
    this.n[at] = other.n[i] ?? 0;
    this.good[at] = other.good[i] ?? 0;
    this.min[at] = other.min[i] ?? NaN;
    this.max[at] = other.max[i] ?? NaN;
    this.sum[at] = other.sum[i] ?? 0;
    this.first[at] = other.first[i] ?? NaN;
    this.last[at] = other.last[i] ?? NaN;
    this.firstUs[at] = other.firstUs[i] ?? 0;
    this.lastUs[at] = other.lastUs[i] ?? 0;
    this.heldUs[at] = other.heldUs[i] ?? 0;
    this.integral[at] = other.integral[i] ?? NaN;
    this.revision[at] = other.revision[i] ?? 0;
    this.lastGood[at] = other.lastGood[i] ?? 0;
  }

  picked(isWanted: (bucketUs: number, n: number) => boolean): RollupRows {
    const rows = new RollupRows(this.length);
    for (let i = 0; i < this.length; i++) if (isWanted(this.bucketUs[i] ?? 0, this.n[i] ?? 0)) rows.append(this, i, i + 1);
    return rows;
  }

  /** First row whose bucket begins at or after a time; `length` when there is none. */
  indexAt(timeUs: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.bucketUs[middle] ?? 0) < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const COLUMNS = [
  'bucketUs',
  'n',
  'good',
  'min',
  'max',
  'sum',
  'first',
  'last',
  'firstUs',
  'lastUs',
  'heldUs',
  'integral',
  'lastGood',
  'revision',
] as const;

/** Takes declared gaps inside the rows from `from` on off what they cover, at most all of it: where the samples are gone nobody knows better. */
export function takeOffGaps(rows: RollupRows, from: number, gaps: Gaps): void {
  if (gaps.length === 0) return;
  for (let i = from; i < rows.length; i++) {
    const [firstUs, lastUs, heldUs] = [rows.firstUs[i] ?? 0, rows.lastUs[i] ?? 0, rows.heldUs[i] ?? 0];
    const offUs = gaps.reduce((sum, [gapFrom, gapTo]) => sum + Math.max(0, Math.min(gapTo, lastUs) - Math.max(gapFrom, firstUs)), 0);
    if (offUs === 0 || heldUs === 0) continue;
    const leftUs = Math.max(0, heldUs - offUs);
    rows.integral[i] = ((rows.integral[i] ?? 0) * leftUs) / heldUs;
    rows.heldUs[i] = leftUs;
  }
}

/** Until when a good sample at `fromUs` covers, when the next one is at `nextUs`. */
export function coveredUntil(fromUs: number, nextUs: number, gaps: Gaps): number {
  const until = Math.min(nextUs, fromUs + HOLD_LIMIT_US);
  if (gaps.length === 0) return until;
  for (const [gapFrom, gapTo] of gaps) {
    if (gapFrom >= until) break;
    if (gapTo > fromUs) return Math.max(fromUs, gapFrom);
  }
  return until;
}

/** The rows of every bucket of `widthUs` that has a sample in [from, to) of sorted columns of one tag. */
export function rollUpSamples(
  columns: SampleColumns,
  from: number,
  to: number,
  widthUs: number,
  gaps: Gaps = [],
): RollupRows {
  const rows = new RollupRows(bucketsIn(columns, from, to, widthUs));
  rollUpInto(rows, columns, from, to, widthUs, gaps);
  return rows;
}

/** Adds the rows behind those that are there already; there must be room. */
export function rollUpInto(rows: RollupRows, columns: SampleColumns, from: number, to: number, widthUs: number, gaps: Gaps = []): void {
  const { sourceTimesUs } = columns;
  for (let at = from; at < to;) {
    const until = (Math.floor((sourceTimesUs[at] ?? 0) / widthUs) + 1) * widthUs;
    let end = at + 1;
    while (end < to && (sourceTimesUs[end] ?? 0) < until) end++;
    addRow(rows, columns, at, end, widthUs, gaps);
    at = end;
  }
}

/** Number of buckets that have a sample in [from, to) of sorted columns. */
export function bucketsIn({ sourceTimesUs }: SampleColumns, from: number, to: number, widthUs: number): number {
  let count = 0;
  let until = -Infinity;
  for (let i = from; i < to; i++) {
    const time = sourceTimesUs[i] ?? 0;
    if (time < until) continue;
    count++;
    until = (Math.floor(time / widthUs) + 1) * widthUs;
  }
  return count;
}

/** Whether a minute has more than one of the samples [from, to) of sorted columns. */
export function sharesMinute({ sourceTimesUs }: SampleColumns, from: number, to: number): boolean {
  for (let i = from, before = NaN; i < to; i++) {
    const minute = Math.floor((sourceTimesUs[i] ?? 0) / MINUTE_US);
    if (minute === before) return true;
    before = minute;
  }
  return false;
}

/** Used by one call at a time. */
const sums = new DecimalSum();

function addRow(
  rows: RollupRows,
  columns: SampleColumns,
  from: number,
  to: number,
  widthUs: number,
  gaps: Gaps,
): void {
  const row = rows.length++;
  if (to === from + 1) {
    singleRow(rows, row, columns, from, widthUs);
    return;
  }
  const { values, statuses, sourceTimesUs } = columns;
  let min = Infinity;
  let max = -Infinity;
  let first = NaN;
  let last = NaN;
  let heldUs = 0;
  let integral = 0;
  let lastGood = false;
  sums.begin(to - from);
  for (let i = from; i < to; i++) {
    const value = values[i] ?? NaN;
    lastGood = isGood(statuses[i] ?? 0) && Number.isFinite(value);
    if (!lastGood) continue;
    if (sums.add(value) === 1) first = value;
    if (value < min) min = value;
    if (value > max) max = value;
    last = value;
    if (i + 1 < to) {
      const at = sourceTimesUs[i] ?? 0;
      const held = coveredUntil(at, sourceTimesUs[i + 1] ?? 0, gaps) - at;
      heldUs += held;
      integral += (value * held) / 1e6;
    }
  }
  rows.bucketUs[row] = Math.floor((sourceTimesUs[from] ?? 0) / widthUs) * widthUs;
  rows.n[row] = to - from;
  rows.good[row] = sums.count;
  rows.min[row] = sums.count > 0 ? min + 0 : NaN;
  rows.max[row] = sums.count > 0 ? max + 0 : NaN;
  rows.sum[row] = sums.total();
  rows.first[row] = first;
  rows.last[row] = last;
  rows.firstUs[row] = sourceTimesUs[from] ?? 0;
  rows.lastUs[row] = sourceTimesUs[to - 1] ?? 0;
  rows.heldUs[row] = heldUs;
  rows.integral[row] = integral;
  rows.revision[row] = 0;
  rows.lastGood[row] = lastGood ? 1 : 0;
}

function singleRow(rows: RollupRows, row: number, { values, statuses, sourceTimesUs }: SampleColumns, i: number, widthUs: number): void {
  const value = values[i] ?? NaN;
  const time = sourceTimesUs[i] ?? 0;
  const good = isGood(statuses[i] ?? 0) && Number.isFinite(value);
  rows.bucketUs[row] = Math.floor(time / widthUs) * widthUs;
  rows.n[row] = 1;
  rows.good[row] = good ? 1 : 0;
  rows.min[row] = rows.max[row] = good ? value + 0 : NaN;
  rows.sum[row] = good ? value + 0 : 0;
  rows.first[row] = rows.last[row] = good ? value : NaN;
  rows.firstUs[row] = rows.lastUs[row] = time;
  rows.heldUs[row] = 0;
  rows.integral[row] = 0;
  rows.revision[row] = 0;
  rows.lastGood[row] = good ? 1 : 0;
}

/** Coarser rows from finer ones; `startOf` says where the bucket of a finer one begins and must not fall. */
export function rollUpRows(rows: RollupRows, startOf: (bucketUs: number) => number, gaps: Gaps = []): RollupRows {
  let count = 0;
  for (let i = 0, start = NaN; i < rows.length; i++) {
    const own = startOf(rows.bucketUs[i] ?? 0);
    if (own !== start) count++;
    start = own;
  }
  const coarse = new RollupRows(count);
  for (let at = 0; at < rows.length;) {
    const startUs = startOf(rows.bucketUs[at] ?? 0);
    let end = at + 1;
    while (end < rows.length && startOf(rows.bucketUs[end] ?? 0) === startUs) end++;
    coarse.append(rows, at, at + 1);
    const row = coarse.length - 1;
    coarse.bucketUs[row] = startUs;
    if (end > at + 1) addUp(coarse, row, rows, at, end, gaps);
    at = end;
  }
  return coarse;
}

export const startsEvery =
  (widthUs: number) =>
  (timeUs: number): number =>
    Math.floor(timeUs / widthUs) * widthUs;

/** Minutes of the samples first, then their sum, so that every path gives the same bits; minutes of one sample each add up to what the samples do. */
export const rollUpByMinutes = (columns: SampleColumns, from: number, to: number, widthUs: number, gaps: Gaps = []): RollupRows =>
  sharesMinute(columns, from, to)
    ? rollUpRows(rollUpSamples(columns, from, to, MINUTE_US, gaps), startsEvery(widthUs), gaps)
    : rollUpSamples(columns, from, to, widthUs, gaps);

function addUp(coarse: RollupRows, row: number, rows: RollupRows, from: number, to: number, gaps: Gaps): void {
  let { n, good, min, max, first, last, heldUs, integral } = {
    n: 0,
    good: 0,
    min: Infinity,
    max: -Infinity,
    first: NaN,
    last: NaN,
    heldUs: 0,
    integral: 0,
  };
  sums.begin(to - from);
  for (let i = from; i < to; i++) {
    n += rows.n[i] ?? 0;
    const ownGood = rows.good[i] ?? 0;
    if (i > from && rows.lastGood[i - 1] === 1) {
      const at = rows.lastUs[i - 1] ?? 0;
      const bridge = coveredUntil(at, rows.firstUs[i] ?? 0, gaps) - at;
      heldUs += bridge;
      integral += (last * bridge) / 1e6;
    }
    heldUs += rows.heldUs[i] ?? 0;
    integral += rows.integral[i] ?? 0;
    if (ownGood === 0) continue;
    if (good === 0) first = rows.first[i] ?? NaN;
    good += ownGood;
    last = rows.last[i] ?? NaN;
    min = Math.min(min, rows.min[i] ?? NaN);
    max = Math.max(max, rows.max[i] ?? NaN);
    sums.add(rows.sum[i] ?? 0);
  }
  coarse.n[row] = n;
  coarse.good[row] = good;
  coarse.min[row] = good > 0 ? min : NaN;
  coarse.max[row] = good > 0 ? max : NaN;
  coarse.sum[row] = sums.total();
  coarse.first[row] = first;
  coarse.last[row] = last;
  coarse.lastUs[row] = rows.lastUs[to - 1] ?? 0;
  coarse.heldUs[row] = heldUs;
  coarse.integral[row] = integral;
  coarse.lastGood[row] = rows.lastGood[to - 1] ?? 0;
}

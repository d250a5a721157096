import { isGood, type SampleColumns } from '@telltale/tag-sample';
import { firstAtOrAfter } from './sample-order.js';

export const MINUTE_US = 60_000_000;
export const HOUR_US = 3_600_000_000;
export const DAY_US = 86_400_000_000;

/**
 * A good sample covers the time until the next sample of its tag, at most this long and never into a declared gap.
 * Silence within it means an unchanged value: outages are declared by the gateway.
 */
export const HOLD_LIMIT_US = 900_000_000;

/** One bucket of one tag: a pure function of the samples inside it, so that any arrival order gives the same row. */
export interface RollupRow {
  readonly tagId: number;
  readonly bucketUs: number;
  readonly n: number;
  /** Samples that are good and have a finite value; min to last are about these. */
  readonly good: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly sum: number;
  readonly first: number | null;
  readonly last: number | null;
  /** First and last sample of any quality. */
  readonly firstUs: number;
  readonly lastUs: number;
  /** Time between samples of the bucket that a good sample covers. */
  readonly heldUs: number;
  /** Integral of the value over heldUs, in value × seconds. */
  readonly integral: number;
  readonly lastGood: boolean;
}

/** Half-open stretches without valid data, sorted and disjoint. */
export type Gaps = readonly (readonly [fromUs: number, toUs: number])[];

const isUsable = (columns: SampleColumns, index: number): boolean =>
  isGood(columns.statuses[index] ?? 0) && Number.isFinite(columns.values[index] ?? NaN);

/** Until when a good sample at `fromUs` covers, when the next one is at `nextUs`. */
export function coveredUntil(fromUs: number, nextUs: number, gaps: Gaps): number {
  const until = Math.min(nextUs, fromUs + HOLD_LIMIT_US);
  for (const [gapFrom, gapTo] of gaps) {
    if (gapFrom >= until) break;
    if (gapTo > fromUs) return Math.max(fromUs, gapFrom);
  }
  return until;
}

/** The row of the samples [from, to) of sorted columns; there must be at least one. */
export function rollupOf(
  columns: SampleColumns,
  from: number,
  to: number,
  bucketUs: number,
  gaps: Gaps = [],
): RollupRow {
  let good = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let first: number | null = null;
  let last: number | null = null;
  let heldUs = 0;
  let integral = 0;
  for (let i = from; i < to; i++) {
    if (!isUsable(columns, i)) continue;
    const value = columns.values[i] ?? 0;
    good++;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    first ??= value;
    last = value;
    if (i + 1 < to) {
      const at = columns.sourceTimesUs[i] ?? 0;
      const held = coveredUntil(at, columns.sourceTimesUs[i + 1] ?? 0, gaps) - at;
      heldUs += held;
      integral += (value * held) / 1e6;
    }
  }
  return {
    tagId: columns.tagIds[from] ?? 0,
    bucketUs,
    n: to - from,
    good,
    min: good > 0 ? min + 0 : null,
    max: good > 0 ? max + 0 : null,
    sum,
    first,
    last,
    firstUs: columns.sourceTimesUs[from] ?? 0,
    lastUs: columns.sourceTimesUs[to - 1] ?? 0,
    heldUs,
    integral,
    lastGood: isUsable(columns, to - 1),
  };
}

/** Rows of every bucket of `widthUs` that has a sample in [from, to) of sorted columns of one tag. */
export function rollupsOf(
  columns: SampleColumns,
  from: number,
  to: number,
  widthUs: number,
  gaps: Gaps = [],
): RollupRow[] {
  const rows: RollupRow[] = [];
  for (let at = from; at < to;) {
    const bucketUs = Math.floor((columns.sourceTimesUs[at] ?? 0) / widthUs) * widthUs;
    const end = firstAtOrAfter(columns, bucketUs + widthUs, at, to);
    rows.push(rollupOf(columns, at, end, bucketUs, gaps));
    at = end;
  }
  return rows;
}

/** The hour rows of sorted samples of one tag: always the ordered sum of their minute rows, so that every path gives the same bits. */
export function hourRollupsOf(columns: SampleColumns, from: number, to: number, gaps: Gaps = []): RollupRow[] {
  const minutes = rollupsOf(columns, from, to, MINUTE_US, gaps);
  return [...Map.groupBy(minutes, (row) => Math.floor(row.bucketUs / HOUR_US) * HOUR_US)].map(([bucketUs, rows]) =>
    combineRollups(rows, bucketUs, gaps),
  );
}

/** One coarser row from the rows of its bucket, oldest first; there must be at least one. */
export function combineRollups(rows: readonly RollupRow[], bucketUs: number, gaps: Gaps = []): RollupRow {
  const [head, ...rest] = rows;
  if (head === undefined) throw new RangeError('A bucket without a row has no rollup');
  return rest.reduce<RollupRow>(
    (whole, row) => {
      const bridge = whole.lastGood ? coveredUntil(whole.lastUs, row.firstUs, gaps) - whole.lastUs : 0;
      return {
        ...whole,
        n: whole.n + row.n,
        good: whole.good + row.good,
        min: least(whole.min, row.min),
        max: greatest(whole.max, row.max),
        sum: whole.sum + row.sum,
        first: whole.first ?? row.first,
        last: row.last ?? whole.last,
        lastUs: row.lastUs,
        heldUs: whole.heldUs + bridge + row.heldUs,
        integral: whole.integral + ((whole.last ?? 0) * bridge) / 1e6 + row.integral,
        lastGood: row.lastGood,
      };
    },
    { ...head, bucketUs },
  );
}

const least = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
const greatest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

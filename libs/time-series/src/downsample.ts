import { isGood, type SampleColumns } from '@telltale/tag-sample';
import type { TimeRange } from './series-contract.js';

const isUsable = ({ values, statuses }: SampleColumns, i: number): boolean => isGood(statuses[i] ?? 0) && Number.isFinite(values[i] ?? NaN);

/**
 * Indexes, in order, of the first, lowest, highest and last good sample of each of `pixels` equal stretches of the range, and of
 * every sample that is not good: a line chart as wide looks as if it had all (M4, Jugel et al., VLDB 2014). Sorted columns of one tag.
 */
export function extremesPerPixel(columns: SampleColumns, { fromUs, toUs }: TimeRange, pixels: number): number[] {
  const { sourceTimesUs, values } = columns;
  const kept: number[] = [];
  const widthUs = (toUs - fromUs) / pixels;
  for (let at = 0; at < sourceTimesUs.length;) {
    const pixel = Math.floor(((sourceTimesUs[at] ?? 0) - fromUs) / widthUs);
    const own: number[] = [];
    let [first, low, high, last] = [-1, -1, -1, -1];
    for (; at < sourceTimesUs.length && Math.floor(((sourceTimesUs[at] ?? 0) - fromUs) / widthUs) === pixel; at++) {
      if (!isUsable(columns, at)) {
        own.push(at);
        continue;
      }
      const value = values[at] ?? NaN;
      if (first < 0) first = low = high = at;
      if (value < (values[low] ?? NaN)) low = at;
      if (value > (values[high] ?? NaN)) high = at;
      last = at;
    }
    if (first >= 0) own.push(first, low, high, last);
    kept.push(...[...new Set(own)].sort((a, b) => a - b));
  }
  return kept;
}

/**
 * Indexes, in order, of about `count` samples that keep the shape of the curve: the first, the last and of each stretch between
 * them the one that spans the largest triangle (Steinarsson 2013, LTTB); and of every sample that is not good, which also ends a
 * stretch: a curve is never drawn across it. Sorted columns of one tag.
 */
export function largestTriangles(columns: SampleColumns, count: number): number[] {
  const n = columns.values.length;
  if (n <= count) return Array.from({ length: n }, (_, i) => i);
  const kept: number[] = [];
  for (let at = 0; at < n;) {
    if (!isUsable(columns, at)) {
      kept.push(at++);
      continue;
    }
    let end = at + 1;
    while (end < n && isUsable(columns, end)) end++;
    trianglesOf(columns, at, end, Math.max(2, Math.round((count * (end - at)) / n)), kept);
    at = end;
  }
  return kept;
}

function trianglesOf({ sourceTimesUs, values }: SampleColumns, from: number, end: number, count: number, kept: number[]): void {
  const n = end - from;
  if (n <= count) {
    for (let i = from; i < end; i++) kept.push(i);
    return;
  }
  kept.push(from);
  const stretch = (n - 2) / (count - 2);
  const startOf = (index: number): number => from + 1 + Math.floor(index * stretch);
  let anchor = from;
  for (let index = 0; index < count - 2; index++) {
    const [start, next] = [startOf(index), startOf(index + 1)];
    const after = Math.min(end, Math.max(next + 1, startOf(index + 2)));
    let [meanTime, meanValue] = [0, 0];
    for (let i = next; i < after; i++) {
      meanTime += ((sourceTimesUs[i] ?? 0) - (sourceTimesUs[anchor] ?? 0)) / (after - next);
      meanValue += (values[i] ?? 0) / (after - next);
    }
    let [largest, chosen] = [-1, start];
    for (let i = start; i < next; i++) {
      const area = Math.abs(meanTime * ((values[i] ?? 0) - (values[anchor] ?? 0)) - ((sourceTimesUs[i] ?? 0) - (sourceTimesUs[anchor] ?? 0)) * (meanValue - (values[anchor] ?? 0)));
      if (area > largest) [largest, chosen] = [area, i];
    }
    kept.push(chosen);
    anchor = chosen;
  }
  kept.push(end - 1);
}

import type { Interval } from './shift-calendar.js';

/** The union as disjoint intervals in order. */
export function union(intervals: readonly Interval[]): readonly Interval[] {
  const merged: { startUs: number; endUs: number }[] = [];
  for (const { startUs, endUs } of [...intervals].sort((a, b) => a.startUs - b.startUs)) {
    const last = merged.at(-1);
    if (endUs <= startUs) continue;
    if (last && startUs <= last.endUs) last.endUs = Math.max(last.endUs, endUs);
    else merged.push({ startUs, endUs });
  }
  return merged;
}

/** The parts of `interval` outside of the holes. */
export function subtract(interval: Interval, holes: readonly Interval[]): readonly Interval[] {
  const left: Interval[] = [];
  let startUs = interval.startUs;
  for (const hole of union(holes)) {
    if (hole.endUs <= startUs || hole.startUs >= interval.endUs) continue;
    if (hole.startUs > startUs) left.push({ startUs, endUs: hole.startUs });
    startUs = hole.endUs;
  }
  if (startUs < interval.endUs) left.push({ startUs, endUs: interval.endUs });
  return left;
}

/** Length of the common part in µs. */
export const overlapUs = (a: Interval, b: Interval): number =>
  Math.max(0, Math.min(a.endUs, b.endUs) - Math.max(a.startUs, b.startUs));

/** Sum of the lengths in µs. */
export const lengthUs = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, interval) => sum + interval.endUs - interval.startUs, 0);

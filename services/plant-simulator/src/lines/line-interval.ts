import type { TimeUs } from '@telltale/tag-sample';
import { uniform } from '../chance/hashed-chance.js';
import { LineState } from './line-state.js';

/** A stretch of a line in one state, half-open [startUs, endUs), whole milliseconds. */
export interface LineInterval {
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  readonly state: LineState;
  readonly productCode: number;
  /** Actual time per item while running. */
  readonly cycleUs: number;
  /** Share of items that fail inspection. */
  readonly rejectShare: number;
}

export interface ItemCount {
  readonly good: number;
  readonly reject: number;
}

/** Items that leave the line in (afterUs, untilUs]; each item's fate is a function of the seed, its interval and its number. */
export function itemsBetween(seed: number, interval: LineInterval, afterUs: TimeUs, untilUs: TimeUs): ItemCount {
  if (interval.state !== LineState.Running) return { good: 0, reject: 0 };
  const nth = (timeUs: TimeUs): number => Math.max(0, Math.floor((Math.min(timeUs, interval.endUs) - interval.startUs) / interval.cycleUs));
  const first = nth(afterUs);
  const last = nth(untilUs);
  const key = Math.floor(interval.startUs / 1000) % 0x7fffffff;
  let reject = 0;
  for (let item = first + 1; item <= last; item++) if (uniform(seed, key, item) < interval.rejectShare) reject++;
  return { good: Math.max(0, last - first) - reject, reject };
}

/** Cuts [fromUs, toUs) out of the plan and puts `change` of each piece in its place; the rest stays as it was. */
export function overlay(
  plan: readonly LineInterval[],
  fromUs: TimeUs,
  toUs: TimeUs,
  change: (piece: LineInterval) => Partial<LineInterval>,
): readonly LineInterval[] {
  return plan.flatMap((interval) => {
    const startUs = Math.max(interval.startUs, fromUs);
    const endUs = Math.min(interval.endUs, toUs);
    if (startUs >= endUs) return [interval];
    const pieces: LineInterval[] = [];
    if (interval.startUs < startUs) pieces.push({ ...interval, endUs: startUs });
    pieces.push({ ...interval, ...change(interval), startUs, endUs });
    if (endUs < interval.endUs) pieces.push({ ...interval, startUs: endUs });
    return pieces;
  });
}

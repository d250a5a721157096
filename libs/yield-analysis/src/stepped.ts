import type { Interval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';

/** A value that holds until the next one; null where it is not known. */
export interface SteppedSample {
  readonly timeUs: TimeUs;
  readonly value: number | null;
}

export interface SteppedInterval extends Interval {
  readonly value: number | null;
}

/**
 * The stretches of a stepped signal up to `untilUs`, without gaps between them, neighbours of equal value joined. Inside `unknown`
 * (stretches that nobody measured) the value is null. Nothing is said of the time before the first sample.
 */
export function steppedIntervals(samples: readonly SteppedSample[], unknown: readonly Interval[], untilUs: TimeUs): readonly SteppedInterval[] {
  const borders = [...new Set([...samples.map(({ timeUs }) => timeUs), ...unknown.flatMap(({ startUs, endUs }) => [startUs, endUs]), untilUs])].sort((a, b) => a - b);
  const found: SteppedInterval[] = [];
  let next = 0;
  let held: number | null = null;
  for (const [index, startUs] of borders.entries()) {
    const endUs = borders[index + 1];
    while (next < samples.length && (samples[next]?.timeUs ?? Infinity) <= startUs) held = samples[next++]?.value ?? null;
    if (endUs === undefined || endUs > untilUs || next === 0) continue;
    const value = unknown.some((gap) => gap.startUs <= startUs && startUs < gap.endUs) ? null : held;
    const last = found.at(-1);
    if (last !== undefined && last.value === value && last.endUs === startUs) found[found.length - 1] = { startUs: last.startUs, endUs, value };
    else found.push({ startUs, endUs, value });
  }
  return found;
}

/** The value that holds at a moment. */
export const steppedAt = (intervals: readonly SteppedInterval[], timeUs: TimeUs): number | null =>
  intervals.find(({ startUs, endUs }) => startUs <= timeUs && timeUs < endUs)?.value ?? null;

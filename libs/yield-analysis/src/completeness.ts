import { overlapUs, union, type Interval } from '@telltale/plant-calendar';
import { implausibleStretches } from './counter.js';
import type { CounterSignal, LineShift } from './line-shift.js';
import { steppedIntervals } from './stepped.js';
import { busyIntervals, busyStretches } from './time-elements.js';

const lengthUs = ({ startUs, endUs }: Interval): number => Math.max(0, endUs - startUs);
const sumUs = (intervals: readonly Interval[]): number => intervals.reduce((sum, interval) => sum + lengthUs(interval), 0);

/**
 * Share 0..1 of the planned busy time so far behind the yield of a shift: the smallest of the shares in which the state, the product
 * (where rates are planned: without it nothing ideal can be said), the good and the reject counter are known. A counter is known from
 * its first good reading on; not in its `missing` stretches, nor where it went to a value that the machine can't have made. A silent counter is known: it counts up, and the next reading tells all.
 * 1 where nothing was planned yet.
 */
export function yieldCompleteness(line: LineShift): number {
  const stretches = busyStretches(line);
  const plannedUs = sumUs(stretches);
  if (plannedUs === 0) return 1;
  const shareOf = (known: readonly Interval[]): number => sumUs(known) / plannedUs;
  return Math.min(
    1,
    shareOf(stretches.filter(({ use }) => use !== 'unknown')),
    line.rates.length === 0 ? 1 : shareOf(stretches.filter(({ productCode }) => productCode !== null)),
    ...[line.good, line.reject].map((counter) => countedUs(counter, line) / plannedUs),
  );
}

/** Planned busy time in which the counter is known, µs. */
function countedUs({ samples, rules, missing }: CounterSignal, line: LineShift): number {
  const first = samples.find(({ value }) => Number.isFinite(value));
  if (first === undefined) return 0;
  const unknown = union([...missing, ...implausibleStretches(samples, rules)]);
  const known = steppedIntervals([{ timeUs: first.timeUs, value: 1 }], unknown, line.untilUs).filter(({ value }) => value !== null);
  return busyIntervals(line).reduce((sum, busy) => sum + known.reduce((part, one) => part + Math.max(0, overlapUs(one, busy)), 0), 0);
}

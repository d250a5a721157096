import { overlapUs, subtract, union, type Interval } from '@telltale/plant-calendar';
import type { LineShift, TimeElement } from './line-shift.js';
import { steppedIntervals, type SteppedInterval } from './stepped.js';

export interface StateStretch extends Interval {
  readonly element: TimeElement;
  /** The plant's word for the state; null where it is not known. */
  readonly name: string | null;
}

/** One stretch of planned busy time with what it was used for and what was on the line. */
export interface BusyStretch extends Interval {
  readonly use: 'production' | 'setup' | 'downtime' | 'unknown';
  readonly reason: string | null;
  readonly productCode: number | null;
}

const STOPPED: readonly TimeElement[] = ['idle', 'down', 'planned-stop'];

/** States of the line from its first sample to `untilUs`. */
export function stateStretches({ states, unmeasured, untilUs, meanings }: Pick<LineShift, 'states' | 'unmeasured' | 'untilUs' | 'meanings'>): readonly StateStretch[] {
  return steppedIntervals(states, unmeasured, untilUs).map(({ startUs, endUs, value }) => {
    const meaning = value === null ? undefined : meanings.get(value);
    return { startUs, endUs, element: meaning?.element ?? 'unknown', name: meaning?.name ?? null };
  });
}

/** A stop is one uninterrupted stretch of stopped states, whatever their names; its whole length decides whether it is minor. */
function isMinorStop(stretches: readonly StateStretch[], index: number, microStopUs: number): boolean {
  let from = index;
  let to = index;
  while (STOPPED.includes(stretches[from - 1]?.element ?? 'running')) from--;
  while (STOPPED.includes(stretches[to + 1]?.element ?? 'running')) to++;
  return (stretches[to]?.endUs ?? 0) - (stretches[from]?.startUs ?? 0) < microStopUs;
}

function useOf(stretches: readonly StateStretch[], index: number, microStopUs: number): Pick<BusyStretch, 'use' | 'reason'> {
  const { element, name } = stretches[index] ?? { element: 'unknown', name: null };
  switch (element) {
    case 'running':
      return { use: 'production', reason: null };
    case 'setup':
      return { use: 'setup', reason: null };
    case 'unknown':
      return { use: 'unknown', reason: null };
    default:
      return isMinorStop(stretches, index, microStopUs) ? { use: 'production', reason: null } : { use: 'downtime', reason: name };
  }
}

const cut = (a: Interval, b: Interval): Interval => ({ startUs: Math.max(a.startUs, b.startUs), endUs: Math.min(a.endUs, b.endUs) });

/** Planned busy time so far: the shift without the planned stops, which intersect and are not subtracted twice. */
export function busyIntervals({ shift, plannedStops, untilUs }: LineShift): readonly Interval[] {
  const elapsed = { startUs: shift.startUs, endUs: Math.min(shift.endUs, untilUs) };
  return elapsed.endUs <= elapsed.startUs ? [] : subtract(elapsed, union(plannedStops));
}

/** The planned busy time, cut where state or product change; time before the first state is unknown. */
export function busyStretches(line: LineShift): readonly BusyStretch[] {
  const known = stateStretches(line);
  const products = steppedIntervals(line.products, [], line.untilUs);
  return busyIntervals(line).flatMap((busy) => {
    const before: StateStretch = { startUs: busy.startUs, endUs: known[0]?.startUs ?? busy.endUs, element: 'unknown', name: null };
    const stretches = before.endUs > before.startUs ? [before, ...known] : known;
    return stretches.flatMap((stretch, index) => {
      if (overlapUs(stretch, busy) <= 0) return [];
      const { use, reason } = useOf(stretches, index, line.microStopUs);
      return cutByProduct(cut(stretch, busy), products).map((piece) => ({ ...piece, use, reason }));
    });
  });
}

function cutByProduct(interval: Interval, products: readonly SteppedInterval[]): (Interval & { productCode: number | null })[] {
  const covered = products.filter((product) => overlapUs(product, interval) > 0).map((product) => ({ ...cut(product, interval), productCode: product.value }));
  const bare = subtract(interval, covered).map((piece) => ({ ...piece, productCode: null }));
  return [...covered, ...bare];
}

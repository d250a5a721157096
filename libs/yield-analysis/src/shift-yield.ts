import type { Interval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';
import { certainResets, counterIncrements, type Increment } from './counter.js';
import type { CounterSignal, LineShift, ProductRate } from './line-shift.js';
import { steppedAt, steppedIntervals } from './stepped.js';
import { busyStretches, type BusyStretch } from './time-elements.js';
import { addElements, NO_ELEMENTS, type YieldElements } from './yield-elements.js';

export interface ShiftYieldResult {
  /** Of the whole line. */
  readonly total: YieldElements;
  /** By product code. What was made while the product was not known is in `total` alone. */
  readonly byProduct: ReadonlyMap<number, YieldElements>;
}

const seconds = ({ startUs, endUs }: Interval): number => (endUs - startUs) / 1e6;

function timeOf(stretch: BusyStretch): YieldElements {
  const length = seconds(stretch);
  const base = { ...NO_ELEMENTS, pbtS: length };
  switch (stretch.use) {
    case 'production':
      return { ...base, aptS: length };
    case 'setup':
      return { ...base, austS: length };
    case 'unknown':
      return { ...base, unknownS: length };
    case 'downtime':
      return { ...base, downtimeByReason: { [stretch.reason ?? 'no reason']: length } };
  }
}

/** The rate of a product at a moment; 0 where none is planned, so that nothing ideal is claimed. */
function secondsPerItem(rates: readonly ProductRate[], productCode: number | null, timeUs: TimeUs): number {
  const valid = rates.filter((rate) => rate.productCode === productCode && rate.validFromUs <= timeUs);
  return valid.toSorted((a, b) => b.validFromUs - a.validFromUs)[0]?.secondsPerItem ?? 0;
}

/** A restarted controller sets all its counters back: where one of them certainly fell, none of the others rolled over. */
const controllerRestarts = ({ good, reject, material, energy }: LineShift): readonly Interval[] =>
  [good, reject, material, energy].flatMap((signal) => (signal === null ? [] : certainResets(signal.samples, signal.rules)));

/** Increments that belong to the shift: what was counted up to a moment lies before it, so the interval is (start, end]. */
function incrementsIn(signal: CounterSignal, { shift, untilUs }: LineShift, restarts: readonly Interval[]): readonly Increment[] {
  const end = Math.min(shift.endUs, untilUs);
  return counterIncrements(signal.samples, signal.rules, restarts).filter(({ timeUs }) => timeUs > shift.startUs && timeUs <= end);
}

/** The additive elements of a line in a shift, as far as it is measured. Pure: the same samples give the same result in any order of arrival. */
export function shiftYield(line: LineShift): ShiftYieldResult {
  const products = steppedIntervals(line.products, [], line.untilUs + 1);
  const restarts = controllerRestarts(line);
  let total = NO_ELEMENTS;
  const byProduct = new Map<number, YieldElements>();
  const add = (productCode: number | null, elements: YieldElements): void => {
    total = addElements(total, elements);
    if (productCode !== null) byProduct.set(productCode, addElements(byProduct.get(productCode) ?? NO_ELEMENTS, elements));
  };
  for (const stretch of busyStretches(line)) add(stretch.productCode, timeOf(stretch));
  for (const { timeUs, amount } of incrementsIn(line.good, line, restarts)) {
    const productCode = steppedAt(products, timeUs);
    const ideal = secondsPerItem(line.rates, productCode, timeUs) * amount;
    add(productCode, { ...NO_ELEMENTS, pq: amount, gq: amount, priPqS: ideal, priGqS: ideal });
  }
  for (const { timeUs, amount } of incrementsIn(line.reject, line, restarts)) {
    const productCode = steppedAt(products, timeUs);
    add(productCode, { ...NO_ELEMENTS, pq: amount, sq: amount, priPqS: secondsPerItem(line.rates, productCode, timeUs) * amount });
  }
  addMeasured(line.material, 'materialKg');
  addMeasured(line.energy, 'energyKwh');
  return { total, byProduct };

  function addMeasured(signal: CounterSignal | null, element: 'materialKg' | 'energyKwh'): void {
    if (signal === null || signal.samples.length === 0) return;
    add(null, { ...NO_ELEMENTS, [element]: 0 });
    for (const { timeUs, amount } of incrementsIn(signal, line, restarts)) add(steppedAt(products, timeUs), { ...NO_ELEMENTS, [element]: amount });
  }
}

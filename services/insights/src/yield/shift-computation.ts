import { union, type Interval, type ShiftInterval } from '@telltale/plant-calendar';
import type { ShiftYieldResult } from '@telltale/plant-registry';
import type { TimeUs } from '@telltale/tag-sample';
import type { SeriesReader } from '@telltale/time-series';
import type { TenantContext } from '@telltale/tenancy';
import { MICRO_STOP_US, shiftYield, unmeasured, yieldCompleteness, type CounterRules, type CounterSignal, type LineShift, type YieldElements } from '@telltale/yield-analysis';
import { itemCounterRules, registerRules } from './counter-bounds.js';
import { tagIdsOf, type LinePlan } from './line-calendar.js';
import { badStretches, countedOf, NO_SIGNAL, readSignals, steppedOf, type TagSignal } from './line-signals.js';

/** A shift is final when its line has been measured for this long beyond its end. */
export const FINAL_AFTER_US = 600_000_000;

/** Reads one shift of one line and works out its elements, for the line and for each product. */
export async function computeShift(
  series: SeriesReader,
  tenant: TenantContext,
  plan: LinePlan,
  shift: ShiftInterval,
  measuredUntilUs: TimeUs,
  now: Date,
): Promise<readonly ShiftYieldResult[]> {
  const { setup, equipment } = plan.line;
  const untilUs = Math.min(shift.endUs, measuredUntilUs);
  // A count up to the very end of the shift belongs to it, so the reading at the end is read too.
  const range = { fromUs: shift.startUs, toUs: untilUs + 1 };
  const [signals, continuity] = await Promise.all([
    readSignals(series, tenant, tagIdsOf(plan.line), range),
    series.continuity(tenant, tagIdsOf(plan.line), range),
  ]);
  const unmeasuredOf = (tag: number | null): readonly Interval[] => unmeasured(continuity.filter(({ tagId }) => tagId === tag));
  const signal = (tagId: number | null): TagSignal => (tagId === null ? NO_SIGNAL : (signals.get(tagId) ?? NO_SIGNAL));
  const maxOf = (tagId: number | null): number | null => (tagId === null ? null : (plan.counterMax.get(tagId) ?? null));
  const itemsOf = (tagId: number | null): CounterSignal => counter(tagId, itemCounterRules(maxOf(tagId), plan.rates));
  const amountOf = (tagId: number | null): CounterSignal | null => (tagId === null ? null : counter(tagId, registerRules(maxOf(tagId))));
  const counter = (tagId: number | null, rules: CounterRules): CounterSignal => ({
    samples: countedOf(signal(tagId)),
    rules,
    missing: union([...unmeasuredOf(tagId), ...badStretches(signal(tagId), untilUs)]),
  });
  const line: LineShift = {
    shift,
    plannedStops: plan.calendar.plannedStops(shift),
    untilUs,
    unmeasured: unmeasuredOf(setup.stateTagId),
    states: steppedOf(signal(setup.stateTagId)),
    meanings: plan.meanings,
    products: steppedOf(signal(setup.productTagId)),
    rates: plan.rates,
    good: itemsOf(setup.goodTagId),
    reject: itemsOf(setup.rejectTagId),
    material: amountOf(setup.materialTagId),
    energy: amountOf(setup.energyTagId),
    microStopUs: MICRO_STOP_US,
  };
  const { total, byProduct } = shiftYield(line);
  const completeness = yieldCompleteness(line);
  const result = (productId: number, elements: YieldElements): ShiftYieldResult => ({
    equipmentId: equipment.equipmentId,
    shiftStart: new Date(shift.startUs / 1000),
    shiftEnd: new Date(shift.endUs / 1000),
    shiftName: shift.name,
    productionDay: shift.productionDay,
    productId,
    status: measuredUntilUs >= shift.endUs + FINAL_AFTER_US ? 'final' : 'provisional',
    elements: { ...elements, downtimeByReason: { ...elements.downtimeByReason } },
    completeness,
    computedAt: now,
  });
  const products = plan.products.flatMap(({ productId, code }) => {
    const elements = byProduct.get(code);
    return elements === undefined ? [] : [result(productId, elements)];
  });
  return [result(0, total), ...products];
}

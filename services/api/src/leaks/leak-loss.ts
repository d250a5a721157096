import { z } from 'zod';
import type { Detection, PipeRun } from '@telltale/plant-registry';
import type { LeakLoss } from './leak-alert.type.js';

const HOUR_MS = 3_600_000;

/** What the insight wrote beside its estimate. */
const Estimate = z.object({ lossFormula: z.string().optional(), completeness: z.number().min(0).max(1).optional() });

/** What is not known makes everything unknown that is reckoned with it. */
const times = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a * b);

/** Loss per hour and since the onset: kg from the detection; energy, money and CO2 by the factors of the pipe run. Null is "not known", never 0. */
export function leakLoss(detection: Detection, run: PipeRun, currency: string, now: Date): LeakLoss {
  const { lossKgPerHour: kgPerHour } = detection;
  const hours = Math.max(0, ((detection.closedAt ?? now).getTime() - detection.onsetAt.getTime()) / HOUR_MS);
  const tonnesPerHour = times(kgPerHour, 1 / 1000);
  const tonnes = times(tonnesPerHour, hours);
  const money = (mass: number | null): LeakLoss['perHour'] => {
    const amount = times(mass, run.steamCostPerTonne);
    return amount === null ? null : { amount, currency };
  };
  const { lossFormula, completeness } = Estimate.catch({}).parse(detection.evidence);
  return {
    kgPerHour,
    perHour: money(tonnesPerHour),
    kgSinceOnset: times(kgPerHour, hours),
    sinceOnset: money(tonnes),
    co2KgSinceOnset: times(tonnes, run.co2KgPerTonne),
    energyKwhSinceOnset: times(tonnes, run.energyKwhPerTonne),
    formula: lossFormula ?? formulaOf(kgPerHour, run.steamCostPerTonne, currency),
    completeness: completeness ?? null,
  };
}

function formulaOf(kgPerHour: number | null, costPerTonne: number | null, currency: string): string {
  if (kgPerHour === null) return 'The loss is not known yet.';
  const mass = `${kgPerHour.toFixed(1)} kg/h`;
  return costPerTonne === null ? `${mass}; the price of the steam is not known.` : `${mass} ÷ 1000 × ${costPerTonne} ${currency}/t`;
}

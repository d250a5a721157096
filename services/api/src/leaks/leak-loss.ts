import { z } from 'zod';
import type { Detection, PipeRun } from '@telltale/plant-registry';
import type { LeakLoss } from './leak-alert.type.js';

const HOUR_MS = 3_600_000;

/** What the insight wrote beside its estimate. */
const Estimate = z.object({ lossFormula: z.string().optional(), completeness: z.number().optional() });

/** Loss per hour and since the onset: kg from the detection; energy, money and CO2 by the factors of the pipe run. */
export function leakLoss(detection: Detection, run: PipeRun, currency: string, now: Date): LeakLoss {
  const kgPerHour = detection.lossKgPerHour ?? 0;
  const hours = Math.max(0, ((detection.closedAt ?? now).getTime() - detection.onsetAt.getTime()) / HOUR_MS);
  const tonnes = (kgPerHour * hours) / 1000;
  const cost = run.steamCostPerTonne ?? 0;
  const { lossFormula, completeness } = Estimate.catch({}).parse(detection.evidence);
  return {
    kgPerHour,
    perHour: { amount: (kgPerHour / 1000) * cost, currency },
    kgSinceOnset: tonnes * 1000,
    sinceOnset: { amount: tonnes * cost, currency },
    co2KgSinceOnset: tonnes * (run.co2KgPerTonne ?? 0),
    energyKwhSinceOnset: tonnes * (run.energyKwhPerTonne ?? 0),
    formula: lossFormula ?? `${kgPerHour.toFixed(1)} kg/h × ${cost} ${currency}/t`,
    completeness: completeness ?? 1,
  };
}

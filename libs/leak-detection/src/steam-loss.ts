/** Heat that the air around the pipe carries away per °C of plume, W/K: the one calibrated constant; a factor of 2 either way without a site calibration. */
export const PLUME_CONDUCTANCE_W_PER_K = 1000;
/** Enthalpy of steam above that of the mixed air, kJ/kg (saturated steam at 5 to 15 bar: 2 750 – 2 790, minus condensate at ambient about 100). */
const STEAM_ENTHALPY_KJ_PER_KG = 2650;
const DISCHARGE_COEFFICIENT = 0.72;
const NAPIER = 0.412;

/** Napier: saturated steam through a sharp orifice in kg/h. `diameterMm` in mm, `pressureBarAbs` in bar absolute. */
export const napierKgPerHour = (
  diameterMm: number,
  pressureBarAbs: number,
  dischargeCoefficient = DISCHARGE_COEFFICIENT,
): number => NAPIER * dischargeCoefficient * diameterMm ** 2 * pressureBarAbs;

/** The hole that loses `kgPerHour`, in mm. */
export const orificeMm = (
  kgPerHour: number,
  pressureBarAbs: number,
  dischargeCoefficient = DISCHARGE_COEFFICIENT,
): number => Math.sqrt(kgPerHour / (NAPIER * dischargeCoefficient * pressureBarAbs));

export interface LossEstimate {
  readonly kgPerHour: number;
  /** The true loss lies between these with about 90 % certainty, without a calibration on site. */
  readonly lowKgPerHour: number;
  readonly highKgPerHour: number;
  /** Equivalent hole in mm; `null` without a pressure. */
  readonly orificeMm: number | null;
  /** The formula with its numbers, for the evidence panel. */
  readonly formula: string;
}

/**
 * Steam lost through a leak whose plume is `excessC` warm at its place: heat balance of the plume, m = G·ΔT·3.6 / Δh.
 * The pressure only turns the loss into a hole size (Napier).
 */
export function estimateLoss(
  excessC: number,
  pressureBarAbs: number | null,
  conductanceWPerK = PLUME_CONDUCTANCE_W_PER_K,
): LossEstimate {
  const kgPerHour = (conductanceWPerK * Math.max(0, excessC) * 3.6) / STEAM_ENTHALPY_KJ_PER_KG;
  const known = pressureBarAbs !== null && pressureBarAbs > 1;
  const hole = known ? orificeMm(kgPerHour, pressureBarAbs) : null;
  const balance = `m = ${conductanceWPerK} W/K · ${excessC.toFixed(1)} K · 3.6 / ${STEAM_ENTHALPY_KJ_PER_KG} kJ/kg = ${kgPerHour.toFixed(1)} kg/h (÷2 … ×2)`;
  const napier =
    hole === null
      ? ''
      : `; Napier m = 0.412 · 0.72 · d² · ${pressureBarAbs?.toFixed(1)} bar → d = ${hole.toFixed(1)} mm`;
  return {
    kgPerHour,
    lowKgPerHour: kgPerHour / 2,
    highKgPerHour: kgPerHour * 2,
    orificeMm: hole,
    formula: balance + napier,
  };
}

import { medianInPlace } from './median.js';
import type { RunState } from './run-state.js';

const { ceil, floor, max, min, sqrt } = Math;
const { isNaN } = Number;

const PROFILE_BINS = 48;
const candidates = new Float64Array(64);

/** Half-hour of the day (UTC) of a minute. */
export const profileBin = (minuteUs: number): number => floor((minuteUs / 1_800_000_000) % PROFILE_BINS);

/** Median of the nearest usable reference sensors; NaN when there are too few. */
export function referenceOf(run: RunState, sensor: number, trusted: Uint8Array, valuesC: ArrayLike<number>): number {
  const { near } = run;
  const list = near.reference[sensor];
  if (!list) return NaN;
  let count = 0;
  for (let k = 0; k < list.length && count < near.wantedReference; k++) {
    const j = list[k] ?? 0;
    // Without its own offset each sensor would move the median when it comes or goes.
    if (trusted[j]) candidates[count++] = (valuesC[j] ?? NaN) - (run.columns.offset[j] ?? 0);
  }
  return count < near.minReference ? NaN : medianInPlace(candidates, count);
}

/** Median of the whole run after each sensor's own offset: the common weather of the run. */
export function segmentLevel(run: RunState, trusted: Uint8Array, valuesC: ArrayLike<number>): number {
  const { count } = run.near;
  const stride = ceil(count / 60);
  let known = 0;
  for (let i = 0; i < count; i += stride)
    if (trusted[i]) candidates[known++] = (valuesC[i] ?? NaN) - (run.columns.offset[i] ?? 0);
  return medianInPlace(candidates, known);
}

/** What the sensor should show when its reference shows `reference`. */
export function expectedOf(run: RunState, sensor: number, reference: number, bin: number): number {
  const c = run.columns;
  const n = c.good[sensor] ?? 0;
  if (n === 0) return NaN;
  return (
    (c.meanT[sensor] ?? 0) +
    slopeOf(run, sensor) * (reference - (c.meanM[sensor] ?? 0)) +
    (c.profile[sensor * PROFILE_BINS + bin] ?? 0)
  );
}

// A prior of 1 °C² towards slope 1 keeps a still day from making the slope wild (ridge instead of covariance wind-up).
const slopeOf = (run: RunState, sensor: number): number =>
  ((run.columns.covTM[sensor] ?? 0) + 1) / ((run.columns.varM[sensor] ?? 0) + 1);

export const spreadOf = (run: RunState, sensor: number): number =>
  max(run.parameters.minSpreadC, sqrt(run.columns.spread2[sensor] ?? 0));

/** Spread of the contrast of a sensor in quiet times, °C. */
export const contrastSpreadOf = (run: RunState, sensor: number): number =>
  max(run.parameters.minSpreadC, sqrt(run.columns.contrastSpread2[sensor] ?? 0));

/** Median excess of the sensors around a plume: 0 when fewer than three are known. */
export function ringExcess(run: RunState, sensor: number, excess: ArrayLike<number>): number {
  const list = run.near.ring[sensor];
  let count = 0;
  for (let k = 0; list && k < list.length; k++) {
    const value = excess[list[k] ?? 0] ?? NaN;
    if (value === value && (run.columns.raised[list[k] ?? 0] ?? 0) < RAISED_BY_LEAK) candidates[count++] = value;
  }
  return count < 3 ? 0 : medianInPlace(candidates, count);
}
/** `raised` from here on means: near an open leak. */
export const RAISED_BY_LEAK = 1_000_000;

/** Learns from one quiet minute: exponentially weighted line, time-of-day profile and spread, all winsorised at 4 spreads. */
export function learn(
  run: RunState,
  sensor: number,
  value: number,
  reference: number,
  bin: number,
  pace: number,
  segment: number,
): void {
  const { parameters: p, columns: c } = run;
  const n = (c.good[sensor] ?? 0) + 1;
  c.good[sensor] = n;
  if (n === 1) {
    c.meanT[sensor] = value;
    c.offset[sensor] = value - segment;
    c.meanM[sensor] = reference;
    c.spread2[sensor] = 1;
    c.contrastSpread2[sensor] = 1;
    return;
  }
  const at = sensor * PROFILE_BINS + bin;
  const profile = c.profile[at] ?? 0;
  const slope = slopeOf(run, sensor);
  const line = (c.meanT[sensor] ?? 0) + slope * (reference - (c.meanM[sensor] ?? 0));
  const limit = 4 * spreadOf(run, sensor);
  const residual = max(-limit, min(limit, value - line - profile));
  const forget = min(0.5, max(1 / n, pace / (p.forgettingDays * 1440)));
  const away = value - segment - (c.offset[sensor] ?? 0);
  c.offset[sensor] = (c.offset[sensor] ?? 0) + forget * max(-3, min(3, away));
  const dT = line + profile + residual - (c.meanT[sensor] ?? 0) - profile;
  const dM = reference - (c.meanM[sensor] ?? 0);
  c.meanT[sensor] = (c.meanT[sensor] ?? 0) + forget * dT;
  c.meanM[sensor] = (c.meanM[sensor] ?? 0) + forget * dM;
  c.varM[sensor] = (1 - forget) * ((c.varM[sensor] ?? 0) + forget * dM * dM);
  c.covTM[sensor] = (1 - forget) * ((c.covTM[sensor] ?? 0) + forget * dM * dT);
  // 30 minutes per bin and day: the share of one minute.
  const profileShare = 1 - (1 - p.profilePerDay) ** (1 / 30);
  if (n > 720) c.profile[at] = profile + profileShare * residual;
  const spreadShare = max(1 / n, 1 / (p.spreadDays * 1440));
  const contrastLimit = 4 * contrastSpreadOf(run, sensor);
  const contrast = max(-contrastLimit, min(contrastLimit, c.contrast[sensor] ?? 0));
  if (!isNaN(contrast))
    c.contrastSpread2[sensor] =
      (1 - spreadShare) * (c.contrastSpread2[sensor] ?? 0) + spreadShare * contrast * contrast;
  c.spread2[sensor] = (1 - spreadShare) * (c.spread2[sensor] ?? 0) + spreadShare * residual * residual;
}

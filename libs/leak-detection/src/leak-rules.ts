import { contrastSpreadOf } from './baseline.js';
import type { DetectionPath } from './incident.js';
import { medianOf } from './median.js';
import { plumeAt } from './plume-at.js';
import type { RunState } from './run-state.js';
import { STATE } from './sensor-check.js';

const { floor, max, min, sqrt } = Math;
const { isNaN } = Number;

const HOUR = 60;

/** Highest excess among the sensors that a plume at `sensor` must reach too: the adjacent ones, or the next but one where those are dead. */
export function bestNeighbour(run: RunState, sensor: number, excess: ArrayLike<number>): number {
  const near = run.near.near[sensor];
  let best = -Infinity;
  let left = false;
  let right = false;
  for (let k = 0; near && k < near.length; k++) {
    const j = near[k] ?? 0;
    if (j < sensor ? left : right) continue;
    const value = excess[j] ?? NaN;
    const state = run.columns.state[j] ?? 0;
    if (isNaN(value) || (state !== STATE.good && state !== STATE.suspect)) continue;
    if (j < sensor) left = true;
    else right = true;
    if (value > best) best = value;
  }
  return best;
}

/** Looks for a plume at the sensor by its contrast to the surroundings. */
export function fastRule(run: RunState, sensor: number, gated: boolean): DetectionPath | undefined {
  const { parameters: p, columns: c } = run;
  const unsure = gated || (c.good[sensor] ?? 0) < p.profileMinutes ? p.transientFactor : 1;
  // A reference from one side only does not average out what changes along the run.
  const factor = unsure * (1 + p.leanShare * (run.near.lean[sensor] ?? 0));
  const spread = contrastSpreadOf(run, sensor);
  const level = max(0, c.level[sensor] ?? 0);
  // Where the whole neighbourhood is warm, its warmest sensor is no leak yet.
  const isLocal = (c.contrast[sensor] ?? 0) > p.localShare * (c.excess[sensor] ?? 0);
  const holds = (values: Float32Array, limit: number, share: number): boolean => {
    const value = values[sensor] ?? NaN;
    return (
      value > limit &&
      value - level > p.riseShare * limit &&
      isLocal &&
      bestNeighbour(run, sensor, values) > max(share * value, p.neighbourC)
    );
  };
  const isHigh = holds(c.contrast, factor * max(p.highSigma * spread, p.highC), p.neighbourShare);
  const medium = factor * max(p.mediumSigma * spread, p.mediumC);
  // Smoothed values remember what is over: this minute must still show it.
  const isPresent = (c.contrast[sensor] ?? 0) > p.presentShare * medium;
  const isMedium = isPresent && holds(c.smooth, medium, p.steadyNeighbourShare);
  c.high[sensor] = isHigh ? (c.high[sensor] ?? 0) + 1 : 0;
  c.medium[sensor] = isMedium ? (c.medium[sensor] ?? 0) + 1 : 0;
  const lasted = max(c.high[sensor] ?? 0, c.medium[sensor] ?? 0);
  const path =
    (c.high[sensor] ?? 0) >= p.highMinutes
      ? 'fast-high'
      : (c.medium[sensor] ?? 0) >= p.mediumMinutes
        ? 'fast-medium'
        : undefined;
  if (!path || lasted >= p.wideMinutes || (c.contrast[sensor] ?? 0) > p.certainC) return path;
  // A weak and wide bump is a door, a vehicle or hot work until it lasts.
  const plume = plumeAt(run, sensor, c.excess);
  return plume && plume.widthM <= p.wideM * max(1, run.near.spacingM / 1.5) ? path : undefined;
}

/** Puts this minute into the hour's window; at the full hour takes the median of every sensor. Returns true at the full hour. */
export function gatherHour(run: RunState, minuteUs: number): boolean {
  const { columns: c, near } = run;
  const slot = floor(minuteUs / 60_000_000) % HOUR;
  for (let i = 0; i < near.count; i++) c.hour[i * HOUR + slot] = c.contrast[i] ?? NaN;
  if (slot !== HOUR - 1) return false;
  for (let i = 0; i < near.count; i++) c.hourMedian[i] = medianOf(c.hour, i * HOUR, (i + 1) * HOUR);
  return true;
}

/** The hour's plume amplitude at a sensor: least squares over it and its two neighbours; NaN when they do not look like a plume's edge. */
function hourPlume(run: RunState, sensor: number): number {
  const { columns: c, near } = run;
  const own = c.hourMedian[sensor] ?? NaN;
  const left = sensor > 0 ? (c.hourMedian[sensor - 1] ?? NaN) : NaN;
  const right = sensor < near.count - 1 ? (c.hourMedian[sensor + 1] ?? NaN) : NaN;
  const sides = (isNaN(left) ? 0 : left) + (isNaN(right) ? 0 : right);
  const known = (isNaN(left) ? 0 : 1) + (isNaN(right) ? 0 : 1);
  return (own + 0.55 * sides) / (1 + 0.3 * known);
}

/** One-sided CUSUM over the hourly plume with support of both neighbours. Call at the full hour. */
export function slowRule(run: RunState, sensor: number, gated: boolean): boolean {
  const { parameters: p, columns: c, near } = run;
  const d = hourPlume(run, sensor);
  if (isNaN(d)) return false;
  const hours = (c.hours[sensor] ?? 0) + 1;
  c.hours[sensor] = hours;
  c.plume[sensor] = d;
  const spread = max(p.minSpreadC, sqrt(c.hourSpread2[sensor] ?? 0));
  const z = max(-4, min(4, d / spread));
  if (!gated && hours > p.slowWarmUpHours) c.cusum[sensor] = max(0, (c.cusum[sensor] ?? 0) + z - p.slowK);
  if ((c.cusum[sensor] ?? 0) === 0 || hours <= p.slowWarmUpHours) {
    const share = max(1 / hours, 1 / 72);
    const clipped = hours < 6 ? d : max(-4 * spread, min(4 * spread, d));
    c.hourSpread2[sensor] = (1 - share) * (c.hourSpread2[sensor] ?? 0) + share * clipped * clipped;
  }
  const own = c.hourMedian[sensor] ?? NaN;
  const sides = [sensor - 1, sensor + 1]
    .filter((j) => j >= 0 && j < near.count)
    .map((j) => c.hourMedian[j] ?? NaN)
    .filter((value) => !isNaN(value));
  const best = max(-Infinity, ...sides);
  // With one known neighbour the other side can't speak against it: the one must say more.
  const supported =
    sides.length === 2
      ? best > max(p.slowNeighbourShare * own, p.slowNeighbourC) && min(...sides) > p.slowFarShare * own
      : best > max(1.5 * p.slowNeighbourShare * own, p.slowNeighbourC);
  const above = (c.cusum[sensor] ?? 0) > p.slowH && min(own, d) > p.slowC && supported && !gated;
  c.slow[sensor] = above ? (c.slow[sensor] ?? 0) + 1 : 0;
  return (c.slow[sensor] ?? 0) >= p.slowHours;
}

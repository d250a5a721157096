import { SENSOR_STATES } from './incident.js';
import type { SensorState } from './incident.js';
import type { RunMinute } from './minute.js';
import type { RunState } from './run-state.js';

const { abs, fround, min } = Math;
const { isNaN } = Number;

export const STATE = Object.fromEntries(SENSOR_STATES.map((name, code) => [name, code])) as Record<SensorState, number>;

/** The state of a sensor after the latest minute. */
export const sensorStateOf = (state: RunState, sensor: number): SensorState =>
  SENSOR_STATES[state.columns.state[sensor] ?? 0] ?? 'learning';

/** Decides per sensor whether the minute's value can be used. Writes `state`, counters and `value`; returns 1 where it is usable. */
export function checkSensors(run: RunState, minute: RunMinute, usable: Uint8Array): void {
  const { parameters: p, near, columns: c } = run;
  const movement = segmentMovement(run, minute);
  for (let i = 0; i < near.count; i++) {
    const value = minute.valuesC[i] ?? NaN;
    const last = c.value[i] ?? NaN;
    usable[i] = 0;
    if (isNaN(value)) {
      c.missing[i] = (c.missing[i] ?? 0) + 1;
      // A sensor that never gave a value is not missed.
      const stale = (c.missing[i] ?? 0) > p.staleMinutes && (c.good[i] ?? 0) > 0;
      c.state[i] = minute.bad?.[i] ? STATE.bad : stale ? STATE.stale : (c.state[i] ?? 0);
      continue;
    }
    const wasMissing = (c.missing[i] ?? 0) > p.staleMinutes;
    c.missing[i] = 0;
    if (value < p.minRangeC || value > p.maxRangeC) {
      c.state[i] = STATE['out-of-range'];
      continue;
    }
    if (fround(value) === last) {
      c.same[i] = (c.same[i] ?? 0) + 1;
      c.moved[i] = (c.moved[i] ?? 0) + movement;
    } else {
      c.same[i] = 0;
      c.moved[i] = 0;
    }
    c.value[i] = value;
    // Neighbours that moved by less than 0.3 °C in sum prove nothing about a constant value of 0.1 °C resolution.
    if ((c.same[i] ?? 0) >= p.stuckMinutes && (c.moved[i] ?? 0) > 0.3) {
      c.state[i] = STATE.stuck;
      continue;
    }
    if (!wasMissing && abs(value - last) > p.maxRateCPerMinute) {
      c.state[i] = STATE.jumping;
      continue;
    }
    c.state[i] = (c.good[i] ?? 0) < p.warmUpMinutes ? STATE.learning : STATE.good;
    usable[i] = 1;
  }
}

/** Mean absolute change of the sensors that changed at all since the last minute, weighted by their share: 0 when the run is still. */
function segmentMovement(run: RunState, minute: RunMinute): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < run.near.count; i++) {
    const change = abs((minute.valuesC[i] ?? NaN) - (run.columns.value[i] ?? NaN));
    if (isNaN(change)) continue;
    sum += min(change, 1);
    count++;
  }
  return count ? sum / count : 0;
}

/** What each sensor shows above what is expected, after the latest minute; `null` where nobody knows. */
export function sensorFigures(state: RunState): {
  readonly expectedC: (number | null)[];
  readonly excessC: (number | null)[];
} {
  const known = (values: Float32Array): (number | null)[] =>
    Array.from(values, (value) => (isNaN(value) ? null : Math.round(value * 100) / 100));
  return { expectedC: known(state.columns.expected), excessC: known(state.columns.excess) };
}

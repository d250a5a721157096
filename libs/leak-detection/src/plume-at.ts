import { spreadOf } from './baseline.js';
import { fitPlume } from './plume-fit.js';
import type { Plume } from './plume-fit.js';
import type { RunState } from './run-state.js';
import { STATE } from './sensor-check.js';

const { abs, max } = Math;

const WINDOW_M = 6;

/** Sensors within the evidence window of a place. */
export function windowOf(run: RunState, placeM: number): number[] {
  const reachM = max(WINDOW_M, 2.5 * run.near.spacingM);
  const found: number[] = [];
  for (let i = 0; i < run.near.count; i++) if (abs((run.near.positionsM[i] ?? 0) - placeM) <= reachM) found.push(i);
  return found;
}

/** The plume that the sensors around `sensor` show; `null` when nothing is warm. */
export function plumeAt(run: RunState, sensor: number, excess: ArrayLike<number>): Plume | null {
  const { near, columns: c } = run;
  const window = windowOf(run, near.positionsM[sensor] ?? 0);
  const usable = (i: number): boolean => c.state[i] === STATE.good || c.state[i] === STATE.learning;
  return fitPlume(
    window.map((i) => near.positionsM[i] ?? 0),
    window.map((i) => (usable(i) ? (excess[i] ?? NaN) : NaN)),
    window.map((i) => spreadOf(run, i)),
    near.spacingM,
  );
}

import type { DetectorEvent } from './incident.js';
import { medianOf } from './median.js';
import type { RunMinute } from './minute.js';
import type { RunState } from './run-state.js';

const { abs, ceil, max, round } = Math;
const { isNaN } = Number;

const MINUTE_US = 60_000_000;
const LOOK_BACK = 15;

/** Keeps 16 minutes of a signal and returns the largest change towards the newest value. */
function changeOf(history: (number | null)[], value: number): number {
  history.push(isNaN(value) ? null : round(value * 1000) / 1000);
  if (history.length > LOOK_BACK + 1) history.shift();
  if (isNaN(value)) return 0;
  let change = 0;
  for (const older of history) if (older !== null && abs(value - older) > abs(change)) change = value - older;
  return change;
}

/** Opens the gate on a start, stop or load step of the whole segment: one event instead of one per sensor. */
export function watchTransients(run: RunState, minute: RunMinute, usable: Uint8Array): DetectorEvent[] {
  const { parameters: p, scalars: s, near } = run;
  const values: number[] = [];
  const stride = max(1, ceil(near.count / 60));
  for (let i = 0; i < near.count; i += stride) if (usable[i]) values.push(minute.valuesC[i] ?? NaN);
  const pipe = changeOf(s.pipeC, minute.pipeC ?? NaN);
  const segment = changeOf(s.segmentC, values.length ? medianOf(values) : NaN);
  // A stopped line stays a transient until it is back near its usual temperature, a day at most.
  const away = s.pipeUsualC !== null && abs((minute.pipeC ?? NaN) - s.pipeUsualC) > p.transientPipeC;
  if (away && s.transient && minute.minuteUs - s.transient.sinceUs < 1440 * MINUTE_US)
    s.gateUntilUs = minute.minuteUs + p.transientMinutes * MINUTE_US;
  if (!s.transient && !isNaN(minute.pipeC ?? NaN))
    s.pipeUsualC =
      (s.pipeUsualC ?? minute.pipeC ?? 0) + ((minute.pipeC ?? 0) - (s.pipeUsualC ?? minute.pipeC ?? 0)) / 360;
  const cause = abs(pipe) > p.transientPipeC ? 'pipe' : abs(segment) > p.transientSegmentC ? 'segment' : null;
  if (cause) {
    s.gateUntilUs = minute.minuteUs + p.transientMinutes * MINUTE_US;
    if (s.transient) return [];
    s.transient = {
      key: `transient-${minute.minuteUs}`,
      sinceUs: minute.minuteUs,
      closedUs: null,
      cause,
      changeC: round((cause === 'pipe' ? pipe : segment) * 10) / 10,
    };
    return [{ kind: 'transient-opened', transient: s.transient }];
  }
  if (s.transient && s.gateUntilUs !== null && minute.minuteUs >= s.gateUntilUs) {
    const transient = { ...s.transient, closedUs: minute.minuteUs };
    s.transient = null;
    s.gateUntilUs = null;
    return [{ kind: 'transient-closed', transient }];
  }
  return [];
}

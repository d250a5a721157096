import { contrastSpreadOf } from './baseline.js';
import type { DetectorEvent, SensorSuspect } from './incident.js';
import type { RunState } from './run-state.js';
import { STATE } from './sensor-check.js';

const { abs, max, round } = Math;
const { isNaN } = Number;

const REASONS = new Map<number, SensorSuspect['reason']>([
  [STATE.stuck, 'stuck'],
  [STATE['out-of-range'], 'out-of-range'],
  [STATE.bad, 'bad'],
  [STATE.stale, 'stale'],
]);
const CALM_MINUTES = 30;

/** Turns lasting sensor faults into events of lower priority; a sensor that behaves for 30 min is trusted again. */
export function watchSuspects(run: RunState, minuteUs: number): DetectorEvent[] {
  const { columns: c, scalars: s, parameters: p, near } = run;
  const events: DetectorEvent[] = [];
  for (let i = 0; i < near.count; i++) {
    const fault = REASONS.get(c.state[i] ?? 0);
    const lonely = (c.alone[i] ?? 0) >= p.suspectMinutes;
    const known = s.suspects.find((suspect) => suspect.sensor === i);
    c.calm[i] = fault || (c.alone[i] ?? 0) > 0 ? 0 : (c.calm[i] ?? 0) + 1;
    if (fault) c.suspectSince[i] = (c.suspectSince[i] ?? 0) + 1;
    else c.suspectSince[i] = 0;
    const reason = (c.suspectSince[i] ?? 0) >= p.suspectMinutes ? fault : lonely ? 'alone' : undefined;
    if (reason && !known) {
      const d = c.excess[i] ?? NaN;
      const suspect: SensorSuspect = {
        key: `suspect-${minuteUs}-${i}`,
        sensor: i,
        positionM: near.positionsM[i] ?? 0,
        reason,
        sinceUs: minuteUs - p.suspectMinutes * 60_000_000,
        closedUs: null,
        excessC: isNaN(d) ? null : round(d * 100) / 100,
      };
      s.suspects.push(suspect);
      events.push({ kind: 'suspect-opened', suspect });
    } else if (known && (c.calm[i] ?? 0) >= CALM_MINUTES) {
      s.suspects.splice(s.suspects.indexOf(known), 1);
      events.push({ kind: 'suspect-closed', suspect: { ...known, closedUs: minuteUs } });
    }
  }
  return events;
}

/** Is the residual far off on either side while the neighbours are quiet? */
export function isAlone(run: RunState, sensor: number, best: number): boolean {
  const { parameters: p, columns: c } = run;
  const d = c.contrast[sensor] ?? NaN;
  const limit = max(p.highSigma * contrastSpreadOf(run, sensor), p.highC);
  return abs(d) > limit && best < max(p.neighbourShare * abs(d), p.neighbourC);
}

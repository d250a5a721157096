import { createRunState, stepMinute } from '../src/index.js';
import type { DetectorParameters, LeakIncident } from '../src/index.js';
import type { MadeLeak } from './steam-generator.js';

export interface Verdict {
  readonly leak: MadeLeak;
  readonly delayMinutes: number | null;
  readonly placeErrorM: number | null;
  readonly incidents: number;
}

export interface Evaluation {
  readonly verdicts: readonly Verdict[];
  readonly falseAlarms: readonly LeakIncident[];
  readonly sensorDays: number;
  readonly suspects: number;
}

/** Runs the detector over recorded minutes and compares its incidents with the truth. An incident within 4.5 m and the leak's time (1 h longer) belongs to it. */
export function evaluate(
  line: {
    positionsM: readonly number[];
    minutes: readonly Float64Array[];
    pipeC: Float64Array;
    leaks: readonly MadeLeak[];
  },
  parameters?: DetectorParameters,
): Evaluation {
  const state = createRunState({ positionsM: line.positionsM }, parameters);
  const opened: LeakIncident[] = [];
  const last = new Map<string, LeakIncident>();
  let suspects = 0;
  for (const [minute, valuesC] of line.minutes.entries()) {
    for (const event of stepMinute(state, { minuteUs: minute * 60_000_000, valuesC, pipeC: line.pipeC[minute] ?? NaN })
      .events) {
      if (event.kind === 'suspect-opened') suspects++;
      if (event.kind === 'leak-opened') opened.push(event.incident);
      if ('incident' in event) last.set(event.incident.key, event.incident);
    }
  }
  const belongs = (incident: LeakIncident, leak: MadeLeak): boolean => {
    const minute = incident.detectedUs / 60_000_000;
    return Math.abs(incident.positionM - leak.xM) <= 4.5 && minute >= leak.fromMinute && minute < leak.toMinute + 60;
  };
  return {
    verdicts: line.leaks.map((leak) => {
      const own = opened.filter((incident) => belongs(incident, leak));
      const first = own[0];
      const settled = first && last.get(first.key);
      return {
        leak,
        delayMinutes: first ? first.detectedUs / 60_000_000 - leak.fromMinute + 1 : null,
        placeErrorM: settled ? Math.abs(settled.positionM - leak.xM) : null,
        incidents: own.length,
      };
    }),
    falseAlarms: opened.filter((incident) => !line.leaks.some((leak) => belongs(incident, leak))),
    sensorDays: (line.positionsM.length * line.minutes.length) / 1440,
    suspects,
  };
}

export const falseAlarmsPerMonth = (found: readonly Evaluation[]): number =>
  (found.reduce((sum, one) => sum + one.falseAlarms.length, 0) / found.reduce((sum, one) => sum + one.sensorDays, 0)) *
  1800;

export function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known.length ? (known[known.length >> 1] ?? null) : null;
}

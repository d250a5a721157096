import {
  contrastSpreadOf,
  expectedOf,
  learn,
  profileBin,
  RAISED_BY_LEAK,
  referenceOf,
  ringExcess,
  segmentLevel,
} from './baseline.js';
import type { DetectorEvent } from './incident.js';
import { followLeaks, report } from './incidents.js';
import { bestNeighbour, fastRule, gatherHour, slowRule } from './leak-rules.js';
import { medianOfThree } from './median.js';
import type { RunMinute } from './minute.js';
import type { RunState } from './run-state.js';
import { checkSensors, STATE } from './sensor-check.js';
import { isAlone, watchSuspects } from './suspects.js';
import { watchTransients } from './transient-gate.js';

const { abs, max, min } = Math;
const { isNaN } = Number;

export interface Step {
  readonly state: RunState;
  readonly events: readonly DetectorEvent[];
}

/**
 * Advances the detector by one minute. Minutes come in ascending order; one without data is stepped too, with NaN.
 * The state is taken over: it is changed in place and handed back. The result depends on nothing but state and minute.
 */
export function stepMinute(state: RunState, minute: RunMinute): Step {
  const { near, columns: c, scalars: s, parameters: p } = state;
  const count = near.count;
  const usable = new Uint8Array(count);
  const trusted = new Uint8Array(count);
  const references = new Float64Array(count);
  checkSensors(state, minute, usable);
  for (const suspect of s.suspects) if (usable[suspect.sensor]) c.state[suspect.sensor] = STATE.suspect;
  const tolerated = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const raised = c.raised[i] ?? 0;
    tolerated[i] = usable[i] && raised < RAISED_BY_LEAK && c.state[i] !== STATE.suspect ? 1 : 0;
    trusted[i] = tolerated[i] && raised === 0 ? 1 : 0;
  }
  const events = watchTransients(state, minute, usable);
  const gated = s.gateUntilUs !== null && minute.minuteUs < s.gateUntilUs;
  const segment = segmentLevel(state, trusted, minute.valuesC);
  const bin = profileBin(minute.minuteUs);
  for (let i = 0; i < count; i++) {
    const strict = referenceOf(state, i, trusted, minute.valuesC);
    const reference = isNaN(strict) ? referenceOf(state, i, tolerated, minute.valuesC) : strict;
    references[i] = reference;
    const expected = usable[i] ? expectedOf(state, i, reference, bin) : NaN;
    const residual = (minute.valuesC[i] ?? NaN) - expected;
    if (usable[i] && isNaN(reference)) c.state[i] = STATE['no-reference'];
    c.expected[i] = expected;
    c.excess[i] = medianOfThree(residual, c.residual1[i] ?? NaN, c.residual2[i] ?? NaN);
    c.residual2[i] = c.residual1[i] ?? NaN;
    c.residual1[i] = residual;
  }
  for (let i = 0; i < count; i++) {
    // A cold draft beside a sensor does not make it warm: only a warm surrounding is taken off.
    const contrast = (c.excess[i] ?? NaN) - max(0, ringExcess(state, i, c.excess));
    const before = c.smooth[i] ?? NaN;
    c.contrast[i] = contrast;
    if (isNaN(contrast)) continue;
    c.smooth[i] = isNaN(before) ? contrast : before + p.smoothing * (contrast - before);
    const level = c.level[i] ?? NaN;
    c.level[i] = isNaN(level) ? contrast : level + (contrast - level) / p.levelMinutes;
  }
  events.push(...detect(state, minute.minuteUs, gated));
  events.push(...followLeaks(state, minute.minuteUs));
  events.push(...watchSuspects(state, minute.minuteUs));
  markRaised(state);
  for (let i = 0; i < count; i++) {
    const pace = learningPace(state, i);
    if (usable[i] && pace > 0 && !gated && !isNaN(references[i] ?? NaN))
      learn(state, i, minute.valuesC[i] ?? NaN, references[i] ?? NaN, bin, pace, segment);
  }
  s.minuteUs = minute.minuteUs;
  s.minutes++;
  return { state, events };
}

function detect(state: RunState, minuteUs: number, gated: boolean): DetectorEvent[] {
  const { near, columns: c, parameters: p } = state;
  const events: DetectorEvent[] = [];
  const fullHour = gatherHour(state, minuteUs);
  // The warmest first, so that a cluster is reported at its peak.
  const fast: { sensor: number; path: 'fast-high' | 'fast-medium'; excess: number }[] = [];
  for (let i = 0; i < near.count; i++) {
    if (c.state[i] !== STATE.good && c.state[i] !== STATE.suspect) {
      c.alone[i] = 0;
      continue;
    }
    const rule = c.state[i] === STATE.good ? fastRule(state, i, gated) : undefined;
    const alone =
      !gated && (c.raised[i] ?? 0) < RAISED_BY_LEAK && isAlone(state, i, bestNeighbour(state, i, c.contrast));
    c.alone[i] = min(p.suspectMinutes, max(0, (c.alone[i] ?? 0) + (alone ? 1 : -1)));
    if (rule === 'fast-high' || rule === 'fast-medium')
      fast.push({ sensor: i, path: rule, excess: c.contrast[i] ?? 0 });
  }
  fast.sort((a, b) => b.excess - a.excess);
  for (const sighting of fast) events.push(...report(state, sighting.sensor, sighting.path, minuteUs));
  if (!fullHour) return events;
  const slow: { sensor: number; excess: number }[] = [];
  for (let i = 0; i < near.count; i++)
    if (c.state[i] === STATE.good && slowRule(state, i, gated)) slow.push({ sensor: i, excess: c.hourMedian[i] ?? 0 });
  slow.sort((a, b) => b.excess - a.excess);
  for (const sighting of slow) events.push(...report(state, sighting.sensor, 'slow', minuteUs));
  return events;
}

/** 0 while something may be wrong, 1 in quiet times, more for a sensor that has been off alone for long (it was moved or drifted). */
function learningPace(state: RunState, sensor: number): number {
  const { columns: c, parameters: p } = state;
  const raised = c.raised[sensor] ?? 0;
  if (raised >= RAISED_BY_LEAK) return 0;
  const smooth = abs(c.smooth[sensor] ?? 0);
  const alone = bestNeighbour(state, sensor, c.smooth) < p.neighbourShare * smooth;
  const isOff = smooth > max(3 * contrastSpreadOf(state, sensor), p.mediumC / 2);
  if (raised > p.relearnMinutes && isOff) return alone ? p.relearnPace : raised > 4 * p.relearnMinutes ? 1 : 0;
  return isOff || (c.cusum[sensor] ?? 0) > p.slowH / 2 ? 0 : 1;
}

/** A sensor near an open leak, or above half of a fast threshold, neither learns nor serves as reference. */
function markRaised(state: RunState): void {
  const { near, columns: c, scalars: s, parameters: p } = state;
  for (let i = 0; i < near.count; i++) {
    const high = abs(c.contrast[i] ?? NaN) > max(3 * contrastSpreadOf(state, i), p.mediumC / 2);
    const nearLeak = s.leaks.some(
      (leak) => abs(leak.incident.positionM - (near.positionsM[i] ?? 0)) <= near.leakReachM,
    );
    const minutes = (c.raised[i] ?? 0) % RAISED_BY_LEAK;
    c.raised[i] = nearLeak ? RAISED_BY_LEAK + minutes + 1 : high ? minutes + 1 : max(0, minutes - 3);
  }
}

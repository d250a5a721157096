import { RAISED_BY_LEAK, spreadOf } from './baseline.js';
import type { DetectionPath, DetectorEvent, LeakIncident, SensorEvidence } from './incident.js';
import { bestNeighbour } from './leak-rules.js';
import { plumeAt, windowOf } from './plume-at.js';
import type { Plume } from './plume-fit.js';
import type { OpenLeak, RunState } from './run-state.js';

const { abs, exp, max, min, round } = Math;
const { isNaN } = Number;

const MINUTE_US = 60_000_000;
const rounded = (value: number, digits: number): number => round(value * 10 ** digits) / 10 ** digits;
const orNull = (value: number): number | null => (isNaN(value) ? null : rounded(value, 2));

function evidenceAt(run: RunState, placeM: number): readonly SensorEvidence[] {
  const { near, columns: c } = run;
  return windowOf(run, placeM).map((i) => ({
    sensor: i,
    positionM: near.positionsM[i] ?? 0,
    valueC: orNull(c.value[i] ?? NaN),
    expectedC: orNull(c.expected[i] ?? NaN),
    excessC: orNull(c.excess[i] ?? NaN),
    spreadC: rounded(spreadOf(run, i), 2),
  }));
}

/** How far the plume stands above its threshold, no measured probability: 0.5 at the threshold, 0.89 at twice of it, 0.99 at most. */
function confidenceOf(run: RunState, sensor: number, plume: Plume, path: DetectionPath): number {
  const p = run.parameters;
  const threshold = path === 'slow' ? p.slowC : max(p.mediumC, p.mediumSigma * spreadOf(run, sensor));
  return rounded(min(0.99, 1 - 0.5 * exp(-1.5 * max(0, plume.amplitudeC / threshold - 1))), 2);
}

/** Opens an incident at the sensor or merges the sighting into one nearby. */
export function report(run: RunState, sensor: number, path: DetectionPath, minuteUs: number): DetectorEvent[] {
  const { near, columns: c, scalars: s, parameters: p } = run;
  const excess = path === 'slow' ? c.hourMedian : c.excess;
  const plume = plumeAt(run, sensor, excess);
  if (!plume) return [];
  const openBefore = s.leaks.find((leak) => abs(leak.anchorM - (near.positionsM[sensor] ?? 0)) <= p.mergeM);
  if (openBefore) {
    openBefore.quietMinutes = 0;
    if (RANK[path] > RANK[openBefore.incident.path]) openBefore.incident = { ...openBefore.incident, path };
    return [];
  }
  const raisedFor = path === 'slow' ? p.slowHours * 60 : max(0, (c.raised[sensor] ?? 0) % RAISED_BY_LEAK);
  const incident: LeakIncident = {
    key: `leak-${minuteUs}-${sensor}`,
    path,
    onsetUs: minuteUs - raisedFor * MINUTE_US,
    detectedUs: minuteUs,
    closedUs: null,
    positionM: rounded(plume.placeM, 2),
    plusMinusM: rounded(plume.plusMinusM, 2),
    excessC: rounded(plume.amplitudeC, 2),
    peakExcessC: rounded(plume.amplitudeC, 2),
    meanExcessC: rounded(plume.amplitudeC, 2),
    confidence: confidenceOf(run, sensor, plume, path),
    evidence: evidenceAt(run, plume.placeM),
  };
  s.leaks.push({
    incident,
    sensor,
    anchorM: near.positionsM[sensor] ?? 0,
    minutes: 1,
    quietMinutes: 0,
    toldUs: minuteUs,
    toldExcessC: incident.excessC,
  });
  return [{ kind: 'leak-opened', incident }];
}

const RANK: Record<DetectionPath, number> = { slow: 0, 'fast-medium': 1, 'fast-high': 2 };

/** Takes over the newest plume; tells it when it changed by a fifth or 15 minutes passed with a visible change. */
function follow(
  run: RunState,
  leak: OpenLeak,
  plume: Plume,
  minuteUs: number,
  path: DetectionPath = leak.incident.path,
): DetectorEvent[] {
  const before = leak.incident;
  const stronger = plume.amplitudeC > before.peakExcessC;
  leak.minutes++;
  leak.incident = {
    ...before,
    meanExcessC: rounded(before.meanExcessC + (plume.amplitudeC - before.meanExcessC) / leak.minutes, 4),
    path: RANK[path] > RANK[before.path] ? path : before.path,
    // The place is best known when the plume is strongest.
    ...(plume.amplitudeC > 0.7 * before.peakExcessC
      ? { positionM: rounded(0.7 * before.positionM + 0.3 * plume.placeM, 2), plusMinusM: rounded(plume.plusMinusM, 2) }
      : {}),
    excessC: rounded(plume.amplitudeC, 2),
    peakExcessC: stronger ? rounded(plume.amplitudeC, 2) : before.peakExcessC,
    confidence: max(before.confidence, confidenceOf(run, leak.sensor, plume, path)),
  };
  const change = abs(leak.incident.excessC - leak.toldExcessC);
  const due = minuteUs - leak.toldUs >= 15 * MINUTE_US && change > 0.05 * max(1, leak.toldExcessC);
  if (change < 0.2 * max(1, leak.toldExcessC) && !due) return [];
  leak.incident = { ...leak.incident, evidence: evidenceAt(run, leak.incident.positionM) };
  leak.toldUs = minuteUs;
  leak.toldExcessC = leak.incident.excessC;
  return [{ kind: 'leak-updated', incident: leak.incident }];
}

/** Follows every open incident by this minute and closes those whose plume is gone. */
export function followLeaks(run: RunState, minuteUs: number): DetectorEvent[] {
  const { parameters: p, columns: c, scalars: s } = run;
  const events: DetectorEvent[] = [];
  const over = new Set<OpenLeak>();
  for (const leak of s.leaks) {
    const reachM = max(3.1, 1.1 * run.near.spacingM);
    const window = windowOf(run, leak.anchorM).filter(
      (i) =>
        abs((run.near.positionsM[i] ?? 0) - leak.anchorM) <= reachM && !isNaN(c.smooth[i] ?? NaN) && c.missing[i] === 0,
    );
    // Without data nobody knows whether it goes on: neither followed nor closed.
    if (window.length === 0) continue;
    const sensor = window.reduce((best, i) => ((c.smooth[i] ?? -Infinity) > (c.smooth[best] ?? -Infinity) ? i : best));
    const plume = plumeAt(run, sensor, c.smooth);
    if (plume && plume.amplitudeC > 0) {
      leak.sensor = sensor;
      events.push(...follow(run, leak, plume, minuteUs));
    }
    const limit = max(p.closeC, p.closeShare * leak.incident.peakExcessC);
    const warmth = c.smooth[sensor] ?? 0;
    const quiet = warmth < limit || bestNeighbour(run, sensor, c.smooth) < 0.6 * p.steadyNeighbourShare * warmth;
    leak.quietMinutes = quiet ? leak.quietMinutes + 1 : max(0, leak.quietMinutes - 2);
    if (leak.quietMinutes < p.closeMinutes) continue;
    over.add(leak);
    events.push({
      kind: 'leak-closed',
      incident: { ...leak.incident, closedUs: minuteUs, evidence: evidenceAt(run, leak.incident.positionM) },
    });
  }
  if (over.size > 0) s.leaks = s.leaks.filter((leak) => !over.has(leak));
  return events;
}

import { describe, expect, it } from '@jest/globals';
import {
  createRunState,
  DetectorParameters,
  LayoutError,
  restoreRunState,
  saveRunState,
  sensorStateOf,
  stepMinute,
} from './index.js';
import type { DetectorEvent, RunState } from './index.js';
import { makeLine } from '../test/steam-generator.js';
import type { MadeLeak } from '../test/steam-generator.js';

const MINUTE_US = 60_000_000;
const quick = DetectorParameters.parse({});
const leakAt = (xM: number, fromMinute: number, amplitudeC: number): MadeLeak => ({
  xM,
  fromMinute,
  toMinute: 99_999,
  amplitudeC,
  kind: 'abrupt',
});

function runLine(
  state: RunState,
  line: ReturnType<typeof makeLine>,
  from = 0,
  to = line.minutes.length,
): DetectorEvent[] {
  const events: DetectorEvent[] = [];
  for (let minute = from; minute < to; minute++)
    events.push(
      ...stepMinute(state, {
        minuteUs: minute * MINUTE_US,
        valuesC: line.minutes[minute] ?? [],
        pipeC: line.pipeC[minute] ?? NaN,
      }).events,
    );
  return events;
}

describe('the steam line detector', () => {
  const line = makeLine({ seed: 11, sensors: 24, days: 3, leaks: [leakAt(18.4, 4000, 12)], disturbances: false });

  it('finds a 12 °C leak within 4 minutes, once, at its place, with evidence', () => {
    const events = runLine(createRunState({ positionsM: line.positionsM }), line);
    const opened = events.filter((event) => event.kind === 'leak-opened');
    expect(opened).toHaveLength(1);
    const incident = opened[0]?.kind === 'leak-opened' ? opened[0].incident : undefined;
    expect((incident?.detectedUs ?? 0) / MINUTE_US - 4000).toBeLessThanOrEqual(4);
    expect(Math.abs((incident?.positionM ?? 0) - 18.4)).toBeLessThanOrEqual(1);
    expect(incident?.onsetUs).toBeLessThanOrEqual(incident?.detectedUs ?? 0);
    const warmest = incident?.evidence.reduce((best, sensor) =>
      (sensor.excessC ?? 0) > (best.excessC ?? 0) ? sensor : best,
    );
    expect(warmest?.sensor).toBe(12);
    expect(warmest?.expectedC).not.toBeNull();
  });

  it('goes on from a checkpoint as if nothing had happened', () => {
    const whole = runLine(createRunState({ positionsM: line.positionsM }), line);
    const state = createRunState({ positionsM: line.positionsM });
    const first = runLine(state, line, 0, 4002);
    const saved: unknown = JSON.parse(JSON.stringify(saveRunState(state)));
    const restored = restoreRunState({ positionsM: line.positionsM }, saved);
    if (!restored) throw new Error('not restored');
    const second = runLine(restored, line, 4002);
    expect([...first, ...second]).toEqual(whole);
    expect(JSON.stringify(saved).length / 24).toBeLessThan(1000);
  });

  it('does not take a checkpoint of another line or another version', () => {
    const saved = saveRunState(createRunState({ positionsM: line.positionsM }));
    expect(restoreRunState({ positionsM: [...line.positionsM, 99] }, saved)).toBeNull();
    expect(restoreRunState({ positionsM: line.positionsM }, { ...saved, version: 2 })).toBeNull();
    expect(restoreRunState({ positionsM: line.positionsM }, saved, { ...quick, highC: 4 })).toBeNull();
    expect(restoreRunState({ positionsM: line.positionsM }, 'rubbish')).toBeNull();
  });

  it.each([
    [0.2, 24],
    [34.3, 24],
    [6.2, 10],
    [4.4, 8],
    [9, 12],
  ])('finds a leak at %d m on a run of %d sensors', (xM, sensors) => {
    const short = makeLine({ seed: 12, sensors, days: 3, leaks: [leakAt(xM, 4000, 12)], disturbances: false });
    const opened = runLine(createRunState({ positionsM: short.positionsM }), short).filter(
      (event) => event.kind === 'leak-opened',
    );
    expect(opened).toHaveLength(1);
    const incident = opened[0]?.kind === 'leak-opened' ? opened[0].incident : undefined;
    expect(Math.abs((incident?.positionM ?? 99) - xM)).toBeLessThanOrEqual(1.5);
    expect((incident?.detectedUs ?? 0) / MINUTE_US).toBeLessThanOrEqual(4010);
  });

  it('one sensor alone is a suspect sensor, never a leak', () => {
    const quiet = makeLine({ seed: 13, sensors: 24, days: 3, leaks: [], disturbances: false });
    for (let minute = 4000; minute < 4200; minute++) {
      const values = quiet.minutes[minute];
      if (values) values[10] = (values[10] ?? 0) + 12;
    }
    const events = runLine(createRunState({ positionsM: quiet.positionsM }), quiet);
    expect(events.map((event) => event.kind)).toEqual(['suspect-opened', 'suspect-closed']);
    expect(events[0]).toMatchObject({ suspect: { sensor: 10, reason: 'alone' } });
  });

  it('knows stuck, stale, bad and absurd sensors, and works without them', () => {
    const faulty = makeLine({ seed: 14, sensors: 24, days: 3, leaks: [leakAt(18.4, 4000, 12)], disturbances: false });
    for (let minute = 3900; minute < faulty.minutes.length; minute++) {
      const values = faulty.minutes[minute];
      if (values) [values[3], values[7], values[20]] = [21.3, 850, NaN];
    }
    const state = createRunState({ positionsM: faulty.positionsM });
    const events = runLine(state, faulty);
    expect([3, 7, 20].map((sensor) => sensorStateOf(state, sensor))).toEqual(['stuck', 'out-of-range', 'stale']);
    expect(events.filter((event) => event.kind === 'leak-opened')).toHaveLength(1);
    const reasons = events.flatMap((event) =>
      event.kind === 'suspect-opened' ? [`${event.suspect.sensor} ${event.suspect.reason}`] : [],
    );
    // Sensor 3 stuck at a value far from its neighbours: the jump is seen before the stillness.
    expect(reasons.sort()).toEqual(['20 stale', '3 alone', '7 out-of-range']);
  });

  it('a steam stop is one segment event, not an alert per sensor', () => {
    const stopped = makeLine({ seed: 15, sensors: 24, days: 3, leaks: [], disturbances: false });
    for (let minute = 3900; minute < 4100; minute++) {
      const cold = Math.min(60, (minute - 3900) * 2);
      stopped.pipeC[minute] = 180 - cold;
      const values = stopped.minutes[minute];
      if (values) for (let i = 0; i < 24; i++) values[i] = (values[i] ?? 0) - 0.06 * cold;
    }
    const events = runLine(createRunState({ positionsM: stopped.positionsM }), stopped);
    expect(events.filter((event) => !event.kind.startsWith('transient'))).toEqual([]);
    const pipe = events.flatMap((event) =>
      'transient' in event && event.transient.cause === 'pipe' ? [event.kind] : [],
    );
    expect(pipe).toEqual(['transient-opened', 'transient-closed']);
  });

  it('ends the incident half an hour after the plume is gone', () => {
    const repaired = makeLine({
      seed: 16,
      sensors: 24,
      days: 3,
      leaks: [{ ...leakAt(18.4, 3900, 12), toMinute: 4100 }],
      disturbances: false,
    });
    const events = runLine(createRunState({ positionsM: repaired.positionsM }), repaired).filter(
      (event) => event.kind !== 'leak-updated',
    );
    expect(events.map((event) => event.kind)).toEqual(['leak-opened', 'leak-closed']);
    const closed = events[1]?.kind === 'leak-closed' ? (events[1].incident.closedUs ?? 0) / MINUTE_US : 0;
    expect(closed).toBeGreaterThanOrEqual(4130);
    expect(closed).toBeLessThanOrEqual(4160);
  });

  it('refuses a run without neighbours and sensors out of order', () => {
    expect(() => createRunState({ positionsM: [0, 1, 2, 3, 4] })).toThrow(LayoutError);
    expect(() => createRunState({ positionsM: [0, 1, 3, 2, 4, 5] })).toThrow(
      /Sensor 3 does not lie behind the one before it/,
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { Status } from '@telltale/tag-sample';
import { ludwigshafenLayout } from '../layout/ludwigshafen.layout.js';
import { SteamNetwork, type SteamEvents } from './steam-network.js';
import type { Climate } from './weather.js';

const CLIMATE: Climate = { meanC: 11, seasonC: 9, dayC: 4, solarOffsetMinutes: 34 };
const QUIET: SteamEvents = { leaks: [], faults: [], stops: [], loads: [] };
const T0 = Date.UTC(2026, 9, 5) * 1000;
const MINUTE = 60e6;
const sensorTag = (n: number): string => `acme/ludwigshafen/steam/north-rack/air-temperature-${String(n).padStart(3, '0')}`;

function run(events: SteamEvents, minutes: readonly number[], seed = 1) {
  const network = new SteamNetwork(seed, CLIMATE, ludwigshafenLayout.pipeRuns);
  const statuses = new Uint32Array(network.tagPaths.length);
  const rows = minutes.map((minute) => {
    const values = new Float64Array(network.tagPaths.length);
    network.report(T0 + minute * MINUTE, events, values, statuses);
    return values;
  });
  const column = (path: string): number[] => rows.map((row) => row[network.tagPaths.indexOf(path)] ?? Number.NaN);
  return { rows, column, statuses, paths: network.tagPaths };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
};
const steps = (values: readonly number[]): number[] => values.slice(1).map((value, i) => value - (values[i] ?? 0));

describe('SteamNetwork', () => {
  it('is the same for the same seed, whatever the step and wherever it starts', () => {
    const whole = run(QUIET, range(0, 800));
    const late = run(QUIET, [700, 701, 799]);
    expect(late.rows[0]).toEqual(whole.rows[700]);
    expect(late.rows[2]).toEqual(whole.rows[799]);
    expect(run(QUIET, [700], 2).rows[0]).not.toEqual(whole.rows[700]);
  });

  it('moves like a real array: minute steps, neighbours, day and night', () => {
    const { column } = run(QUIET, range(0, 2880));
    const near = column(sensorTag(50));
    const next = column(sensorTag(51));
    // The recorded reference line: deviation of the minute step 0.41, of the difference of neighbours 0.5 °C.
    expect(deviation(steps(near))).toBeGreaterThan(0.25);
    expect(deviation(steps(near))).toBeLessThan(0.55);
    expect(deviation(near.map((value, i) => value - (next[i] ?? 0)))).toBeLessThan(0.9);
    expect(deviation(near)).toBeGreaterThan(1.5);
    for (const value of near) expect(Math.abs(value * 10 - Math.round(value * 10))).toBeLessThan(1e-9);
    const pipe = column('acme/ludwigshafen/steam/north-rack/pipe-temperature');
    expect(mean(pipe)).toBeGreaterThan(176);
    expect(mean(pipe)).toBeLessThan(184);
  });

  it('warms the air around a leak and nowhere else', () => {
    const leak = { leakId: 'a', pipeRun: 'north-rack', positionM: 75, onsetUs: T0 + 100 * MINUTE, amplitudeC: 12, growthHours: 0, reachM: 2.2 };
    const minutes = range(90, 130);
    const before = run(QUIET, minutes);
    const after = run({ ...QUIET, leaks: [leak] }, minutes);
    const excess = (n: number, row: number): number => (after.column(sensorTag(n))[row] ?? 0) - (before.column(sensorTag(n))[row] ?? 0);
    // Sensor 51 hangs at 75 m.
    expect(excess(51, 5)).toBe(0);
    expect(excess(51, 13)).toBeGreaterThan(10);
    expect(excess(52, 30) / excess(51, 30)).toBeCloseTo(Math.exp(-1.5 / 2.2), 0.5);
    expect(Math.abs(excess(61, 30))).toBeLessThan(0.3);
    expect(after.column('acme/ludwigshafen/steam/tank-farm/air-temperature-051')).toEqual(before.column('acme/ludwigshafen/steam/tank-farm/air-temperature-051'));
  });

  it('cools when the steam is stopped, and a leak falls silent', () => {
    const stops = [{ stopId: 's', fromUs: T0 + 60 * MINUTE, toUs: T0 + 300 * MINUTE }];
    const leaks = [{ leakId: 'a', pipeRun: 'north-rack', positionM: 75, onsetUs: T0, amplitudeC: 12, growthHours: 0, reachM: 2.2 }];
    const leaking = run({ ...QUIET, stops, leaks }, [50, 290, 420]);
    const tight = run({ ...QUIET, stops }, [50, 290, 420]);
    const pipe = leaking.column('acme/ludwigshafen/steam/north-rack/pipe-temperature');
    expect(pipe[0]).toBeGreaterThan(170);
    expect(pipe[1]).toBeLessThan(60);
    expect(pipe[2]).toBeGreaterThan(170);
    const excess = leaking.column(sensorTag(51)).map((value, i) => value - (tight.column(sensorTag(51))[i] ?? 0));
    expect(excess[0]).toBeGreaterThan(9);
    expect(excess[1]).toBeLessThan(0.5);
    expect(excess[2]).toBeGreaterThan(9);
  });

  it('breaks sensors in their own ways', () => {
    const fault = { faultId: 'f', tagPath: sensorTag(20), fromUs: T0 + 10 * MINUTE, toUs: T0 + 60 * MINUTE };
    const broken = (kind: 'stuck' | 'dropout' | 'rail' | 'bias') => run({ ...QUIET, faults: [{ ...fault, kind }] }, range(0, 50));
    const stuck = broken('stuck').column(sensorTag(20));
    expect(new Set(stuck.slice(10)).size).toBe(1);
    expect(stuck[10]).toBe(stuck[9]);
    const dropout = broken('dropout');
    expect(dropout.column(sensorTag(20))[20]).toBeNaN();
    expect(dropout.statuses[dropout.paths.indexOf(sensorTag(20))]).toBe(Status.BadSensorFailure);
    expect(broken('rail').column(sensorTag(20))[20]).toBe(150);
    expect((broken('bias').column(sensorTag(20))[20] ?? 0) - (run(QUIET, range(0, 50)).column(sensorTag(20))[20] ?? 0)).toBeCloseTo(4.5, 1);
  });
});

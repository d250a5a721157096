import { describe, expect, it } from '@jest/globals';
import { alarmFloods, isChattering, isStale } from './index.js';

const MINUTE_US = 60_000_000;
const minutes = (...values: number[]): number[] => values.map((value) => value * MINUTE_US);

describe('alarm performance', () => {
  it('starts a flood at the 11th annunciation in 10 min and ends it below 5', () => {
    const times = minutes(0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(alarmFloods(times, 12 * MINUTE_US)).toEqual([{ fromUs: 9 * MINUTE_US, toUs: null }]);
    // The fifth newest (minute 5) leaves the window at minute 15.
    expect(alarmFloods(times, 60 * MINUTE_US)).toEqual([{ fromUs: 9 * MINUTE_US, toUs: 15 * MINUTE_US }]);
    expect(alarmFloods(times.slice(1), 60 * MINUTE_US)).toEqual([]);
  });
  it('knows chattering and stale alarms', () => {
    expect([isChattering(minutes(0, 0.5, 1)), isChattering(minutes(0, 0.5, 1.1))]).toEqual([true, false]);
    expect([isStale(0, 1440 * MINUTE_US), isStale(0, 1441 * MINUTE_US)]).toEqual([false, true]);
  });
});

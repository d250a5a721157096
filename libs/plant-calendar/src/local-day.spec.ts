import { describe, expect, it } from '@jest/globals';
import { localDays } from './index.js';

const us = (iso: string): number => Date.parse(iso) * 1000;
const HOUR_US = 3_600_000_000;

describe('days of a plant', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['America/New_York', '2026-03-08', 23],
    ['America/New_York', '2026-11-01', 25],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Asia/Kolkata', '2026-03-29', 24],
    // Midnight is skipped: the day begins at one.
    ['Africa/Cairo', '2026-04-24', 23],
  ])('in %s %s has %d hours and touches its neighbours', (zone, day, hours) => {
    const noon = us(`${day}T12:00Z`);
    const [before, own, after] = localDays(zone, noon - 24 * HOUR_US, noon + 24 * HOUR_US).filter(({ day: found }) => Math.abs(us(`${found}T12:00Z`) - noon) <= 24 * HOUR_US);
    expect(own && [own.day, (own.endUs - own.startUs) / HOUR_US]).toEqual([day, hours]);
    expect([before?.endUs, after?.startUs]).toEqual([own?.startUs, own?.endUs]);
  });

  it('are those that touch the range, and none of an empty one', () => {
    const midnight = us('2026-06-10T00:00Z');
    expect(localDays('UTC', midnight, midnight + 1).map(({ day }) => day)).toEqual(['2026-06-10']);
    expect(localDays('UTC', midnight - 1, midnight).map(({ day }) => day)).toEqual(['2026-06-09']);
    expect(localDays('UTC', midnight, midnight)).toEqual([]);
    expect(() => localDays('Mars/Olympus', 0, 1)).toThrow(expect.objectContaining({ code: 'PLANT_CALENDAR_INVALID' }));
  });
});

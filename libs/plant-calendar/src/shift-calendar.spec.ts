import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  lengthUs,
  PlantCalendarError,
  ShiftCalendar,
  ShiftPattern,
  subtract,
  union,
} from './index.js';

const HOUR_US = 3_600_000_000;
const us = (iso: string): number => Date.parse(iso) * 1000;
const iso = (timeUs: number): string => new Date(timeUs / 1000).toISOString().slice(0, 16);
const threeShifts: ShiftPattern = {
  validFrom: '2020-01-01',
  shifts: [
    { name: 'early', start: '06:00', end: '14:00' },
    { name: 'late', start: '14:00', end: '22:00' },
    { name: 'night', start: '22:00', end: '06:00' },
  ],
  plannedStops: [{ name: 'break', start: '01:30', end: '02:30' }],
};

describe('shifts in the time zone of the plant', () => {
  it.each([
    ['Europe/Berlin', '2026-03-28', '2026-03-28T21:00', '2026-03-29T04:00', 7],
    ['Europe/Berlin', '2026-10-24', '2026-10-24T20:00', '2026-10-25T05:00', 9],
    ['America/New_York', '2026-03-07', '2026-03-08T03:00', '2026-03-08T10:00', 7],
    ['America/New_York', '2026-10-31', '2026-11-01T02:00', '2026-11-01T11:00', 9],
    ['Asia/Kolkata', '2026-03-28', '2026-03-28T16:30', '2026-03-29T00:30', 8],
  ])('in %s the night of %s lasts its real hours', (zone, day, start, end, hours) => {
    const calendar = new ShiftCalendar(zone, [threeShifts]);
    const night = calendar.shifts({ startUs: us(`${day}T00:00Z`), endUs: us(`${day}T00:00Z`) + 48 * HOUR_US });
    const found = night.find((shift) => shift.name === 'night' && shift.productionDay === day);
    expect(found && [iso(found.startUs), iso(found.endUs), (found.endUs - found.startUs) / HOUR_US]).toEqual([
      start,
      end,
      hours,
    ]);
  });

  it('follow each other without gap or overlap for a whole year', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata']) {
      const calendar = new ShiftCalendar(zone, [threeShifts]);
      const shifts = calendar.shifts({ startUs: us('2026-01-01T00:00Z'), endUs: us('2027-01-01T00:00Z') });
      expect(shifts.length).toBeGreaterThanOrEqual(3 * 365);
      for (const [i, shift] of shifts.entries()) if (i > 0) expect(shift.startUs).toBe(shifts[i - 1]?.endUs);
    }
  });

  it('half-open: the first instant belongs to the new shift', () => {
    const calendar = new ShiftCalendar('Asia/Kolkata', [threeShifts]);
    const endUs = us('2026-03-28T16:30Z');
    expect([calendar.shiftAt(endUs - 1)?.name, calendar.shiftAt(endUs)?.name]).toEqual(['late', 'night']);
  });

  it('takes the pattern that is valid on the day on which the shift begins', () => {
    const twoShifts = {
      ...threeShifts,
      validFrom: '2026-02-01',
      shifts: [{ name: 'day', start: '08:00', end: '20:00', days: [1, 2, 3, 4, 5] }],
    };
    const calendar = new ShiftCalendar('Europe/Berlin', [twoShifts, threeShifts]);
    const shifts = calendar.shifts({ startUs: us('2026-01-31T12:00Z'), endUs: us('2026-02-03T00:00Z') });
    // 31 January 2026 is a Saturday; the night that begins on it still follows the old pattern.
    expect(shifts.map((shift) => `${shift.productionDay} ${shift.name}`)).toEqual([
      '2026-01-31 early',
      '2026-01-31 late',
      '2026-01-31 night',
      '2026-02-02 day',
    ]);
  });

  it('a planned stop in the skipped hour is as long as the clock makes it', () => {
    const calendar = new ShiftCalendar('Europe/Berlin', [threeShifts]);
    const stops = calendar.plannedStops({ startUs: us('2026-03-28T23:00Z'), endUs: us('2026-03-29T06:00Z') });
    expect(stops.map((stop) => [iso(stop.startUs), iso(stop.endUs)])).toEqual([
      ['2026-03-29T00:30', '2026-03-29T01:30'],
    ]);
  });

  it('refuses an unknown zone and overlapping shifts with a remedy', () => {
    expect(() => new ShiftCalendar('Mars/Olympus', [])).toThrow(PlantCalendarError);
    const overlap = {
      ...threeShifts,
      shifts: [...threeShifts.shifts, { name: 'extra', start: '05:00', end: '06:30', days: [2] }],
    };
    expect(() => new ShiftCalendar('Europe/Berlin', [overlap])).toThrow(
      /Shift extra begins before shift night has ended/,
    );
    expect(
      ShiftPattern.safeParse({ ...threeShifts, shifts: [{ name: 'x', start: '24:00', end: '1:00' }] }).success,
    ).toBe(false);
  });
});

describe('intervals', () => {
  const anInterval = fc
    .tuple(fc.nat(100), fc.nat(20))
    .map(([startUs, length]) => ({ startUs, endUs: startUs + length }));
  it('what is cut out and what is left make the whole', () => {
    fc.assert(
      fc.property(anInterval, fc.array(anInterval), (whole, holes) => {
        const covered = Array.from({ length: 130 }, (_, t) =>
          holes.some((hole) => hole.startUs <= t && t < hole.endUs),
        );
        expect(lengthUs(union(holes))).toBe(covered.filter(Boolean).length);
        const left = covered.filter((hole, t) => !hole && whole.startUs <= t && t < whole.endUs).length;
        expect(lengthUs(subtract(whole, holes))).toBe(left);
      }),
    );
  });
});

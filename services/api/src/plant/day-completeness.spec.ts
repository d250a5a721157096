import { describe, expect, it } from '@jest/globals';
import { ShiftCalendar } from '@telltale/plant-calendar';
import { dayCompleteness, plannedSoFarS } from './day-completeness.js';

const row = (equipmentId: number, pbtS: number, completeness: number) => ({ equipmentId, completeness, elements: { pbtS } });

describe('the completeness of a day', () => {
  it.each([
    ['two lines that told all', [row(1, 3600, 1), row(2, 3600, 1)], 1],
    ['a line without rows', [row(1, 3600, 1)], 0.5],
    ['a line that fell silent after a quarter of the time', [row(1, 3600, 1), row(2, 900, 1)], 0.625],
    ['a line that tells more than is planned', [row(1, 4200, 1), row(2, 3600, 1)], 1],
    ['shifts of one line', [row(1, 1800, 1), row(1, 1800, 0.5), row(2, 3600, 1)], 0.875],
    ['nobody', [], 0],
  ])('of %s', (_name, rows, share) => {
    expect(dayCompleteness([1, 2], rows, 3600)).toBeCloseTo(share, 10);
  });

  it('is whole while nothing was planned', () => {
    expect(dayCompleteness([1, 2], [], 0)).toBe(1);
  });
});

describe('the planned time of a day so far', () => {
  const calendar = new ShiftCalendar('Europe/Berlin', [
    { validFrom: '2020-01-01', shifts: [{ name: 'early', start: '06:00', end: '14:00' }, { name: 'night', start: '22:00', end: '06:00' }], plannedStops: [{ name: 'break', start: '09:00', end: '09:30' }] },
  ]);
  const at = (time: string): number => Date.parse(time) * 1000;

  it.each([
    ['ten minutes after the beginning', '2026-06-30T06:10:00+02:00', 0],
    ['an hour and ten minutes after it', '2026-06-30T07:10:00+02:00', 3600],
    ['after the break', '2026-06-30T10:10:00+02:00', 3.5 * 3600],
    ['between the shifts', '2026-06-30T18:00:00+02:00', 7.5 * 3600],
    ['in the night shift, on the next day', '2026-07-01T02:10:00+02:00', 11.5 * 3600],
  ])('%s', (_name, time, seconds) => {
    expect(plannedSoFarS(calendar, '2026-06-30', at(time))).toBe(seconds);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { CalendarPartsFragment } from '../../generated/graphql.js';
import { calendarRows } from './calendar-row.js';

const shift = (name: string, start: number, end: number, rest: Partial<CalendarPartsFragment> = {}): CalendarPartsFragment => ({
  name,
  start: new Date(Date.UTC(2026, 10, 23, start)).toISOString(),
  end: new Date(Date.UTC(2026, 10, 23, end)).toISOString(),
  productionDay: '2026-11-23',
  count: 480,
  min: 1,
  max: 3,
  mean: 2,
  completeness: 1,
  revision: 0,
  revisedAt: null,
  ...rest,
});
const NOON = Date.UTC(2026, 10, 23, 12);

describe('rows of shifts and days', () => {
  it('begin with the newest and leave out what has yet to begin', () => {
    const rows = calendarRows([shift('night', 0, 6), shift('early', 6, 14), shift('late', 14, 22)], NOON);
    expect(rows.map(({ bucket, isRunning }) => [bucket.name, isRunning])).toEqual([['early', true], ['night', false]]);
  });

  it('measure what runs by the time that has passed, what is over by all of it', () => {
    // 6 of 8 hours have passed, 3 are covered; the night has 6 hours, 3 of them covered.
    const rows = calendarRows([shift('night', 0, 6, { completeness: 0.5 }), shift('early', 6, 14, { completeness: 3 / 8 })], NOON);
    expect(rows.map(({ completeness }) => completeness)).toEqual([0.5, 0.5]);
    expect(calendarRows([shift('early', 6, 14, { completeness: 0.9 })], NOON)[0]?.completeness).toBe(1);
  });

  it('end at their end, to the millisecond', () => {
    const running = (nowMs: number): readonly boolean[] => calendarRows([shift('early', 6, 12)], nowMs).map(({ isRunning }) => isRunning);
    expect([running(NOON - 1), running(NOON)]).toEqual([[true], [false]]);
    expect(calendarRows([shift('late', 12, 20, { completeness: 0 })], NOON)[0]).toMatchObject({ isRunning: true, completeness: 0 });
  });

  it('tell nothing that came from nothing good, and a zero from both', () => {
    const none = { mean: null, min: null, max: null, completeness: 0 };
    const rows = calendarRows([shift('a', 0, 1, { ...none, count: 0 }), shift('b', 1, 2, { ...none, count: 7 }), shift('c', 2, 3, { mean: 0, min: 0, max: 0 })], NOON);
    expect(rows.map(({ content }) => content)).toEqual(['figures', 'no-good', 'empty']);
  });
});

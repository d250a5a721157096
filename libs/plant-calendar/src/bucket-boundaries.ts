import { Temporal } from 'temporal-polyfill';
import { assertTimeZone, instantOf, localDayOf, nextDay } from './local-day.js';
import type { Interval, ShiftCalendar } from './shift-calendar.js';

const HOUR_US = 3_600_000_000;
const MINUTE_US = 60_000_000;

export const CALENDAR_BUCKETS = ['hour', 'shift', 'day'] as const;
export type CalendarBucket = (typeof CALENDAR_BUCKETS)[number];

/** Local days (midnight to midnight, 23 to 25 h) that touch the range. */
export function daysBetween(range: Interval, timeZone: string): readonly Interval[] {
  assertTimeZone(timeZone);
  const days: Interval[] = [];
  if (range.endUs <= range.startUs) return days;
  const last = localDayOf(range.endUs - 1, timeZone);
  for (let day = localDayOf(range.startUs, timeZone); Temporal.PlainDate.compare(day, last) <= 0; day = nextDay(day))
    days.push({ startUs: instantOf(day, '00:00', timeZone), endUs: instantOf(nextDay(day), '00:00', timeZone) });
  return days;
}

/** Local hours that touch the range: they begin on the plant's full hour, also in zones of half hours. Always 60 min long. */
export function hoursBetween(range: Interval, timeZone: string): readonly Interval[] {
  assertTimeZone(timeZone);
  const hours: Interval[] = [];
  if (range.endUs <= range.startUs) return hours;
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(range.startUs / 1000)).toZonedDateTimeISO(timeZone);
  const firstUs = Math.floor(range.startUs / MINUTE_US) * MINUTE_US - local.minute * MINUTE_US;
  for (let startUs = firstUs; startUs < range.endUs; startUs += HOUR_US)
    hours.push({ startUs, endUs: startUs + HOUR_US });
  return hours;
}

/** Buckets of one kind that touch the range, whole, half-open, in order. */
export function calendarBuckets(kind: CalendarBucket, range: Interval, calendar: ShiftCalendar): readonly Interval[] {
  if (kind === 'shift') return calendar.shifts(range);
  return kind === 'hour' ? hoursBetween(range, calendar.timeZone) : daysBetween(range, calendar.timeZone);
}

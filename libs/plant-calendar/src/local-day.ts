import { Temporal } from 'temporal-polyfill';
import { PlantCalendarError } from './plant-calendar.errors.js';

/** Microseconds since 1970-01-01T00:00:00Z. */
export type TimeUs = number;

/** Throws PlantCalendarError unless `timeZone` is an IANA name. */
export function assertTimeZone(timeZone: string): void {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
  } catch (cause) {
    throw new PlantCalendarError(`Time zone ${timeZone}`, 'is unknown', 'Use an IANA name such as Europe/Berlin.', {
      cause,
    });
  }
}

/** The local calendar day of an instant. */
export function localDayOf(timeUs: TimeUs, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(timeUs / 1000))
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
}

/** The instant of a wall-clock time. In the hour that the clock skips it is the moment after; in the repeated hour the first one (RFC 5545). */
export function instantOf(day: Temporal.PlainDate, time: string, timeZone: string): TimeUs {
  return day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds * 1000;
}

export const nextDay = (day: Temporal.PlainDate): Temporal.PlainDate => day.add({ days: 1 });

export interface LocalDay {
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

/** Calendar days that touch [startUs, endUs), whole, in order: 23 or 25 hours long where the clock changes. Throws PlantCalendarError on an unknown time zone. */
export function localDays(timeZone: string, startUs: TimeUs, endUs: TimeUs): readonly LocalDay[] {
  assertTimeZone(timeZone);
  const days: LocalDay[] = [];
  for (let day = localDayOf(startUs, timeZone); ; day = nextDay(day)) {
    const from = instantOf(day, '00:00', timeZone);
    if (from >= endUs) return days;
    days.push({ startUs: from, endUs: instantOf(nextDay(day), '00:00', timeZone), day: day.toString() });
  }
}

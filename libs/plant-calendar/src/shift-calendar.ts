import { Temporal } from 'temporal-polyfill';
import { assertTimeZone, instantOf, localDayOf, nextDay } from './local-day.js';
import type { TimeUs } from './local-day.js';
import { PlantCalendarError } from './plant-calendar.errors.js';
import type { DailyStretch, ShiftPattern } from './shift-pattern.js';

/** Half-open [startUs, endUs). */
export interface Interval {
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
}

export interface NamedInterval extends Interval {
  readonly name: string;
}

export interface ShiftInterval extends NamedInterval {
  /** Local day on which the shift begins, `YYYY-MM-DD`. */
  readonly productionDay: string;
}

const intersects = (a: Interval, b: Interval): boolean => a.startUs < b.endUs && b.startUs < a.endUs;

/** The shifts and planned stops of one site in its time zone, through every change of the clock. */
export class ShiftCalendar {
  private readonly patterns: readonly ShiftPattern[];
  private readonly days = new Map<string, { shifts: readonly ShiftInterval[]; stops: readonly NamedInterval[] }>();

  /** Throws PlantCalendarError on an unknown time zone or shifts that overlap. */
  constructor(
    readonly timeZone: string,
    patterns: readonly ShiftPattern[],
  ) {
    assertTimeZone(timeZone);
    this.patterns = [...patterns].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
    for (const pattern of this.patterns) assertNoOverlap(pattern);
  }

  /** Shifts that touch [startUs, endUs), whole, in order. */
  shifts(range: Interval): readonly ShiftInterval[] {
    return this.collect(range, (day) => this.day(day).shifts);
  }

  /** Planned stops that touch [startUs, endUs), whole, in order; they may overlap each other. */
  plannedStops(range: Interval): readonly NamedInterval[] {
    return this.collect(range, (day) => this.day(day).stops);
  }

  /** The shift that contains the instant, or `undefined` between shifts. */
  shiftAt(timeUs: TimeUs): ShiftInterval | undefined {
    return this.shifts({ startUs: timeUs, endUs: timeUs + 1 })[0];
  }

  private collect<T extends Interval>(range: Interval, ofDay: (day: Temporal.PlainDate) => readonly T[]): readonly T[] {
    if (range.endUs <= range.startUs) return [];
    const last = nextDay(localDayOf(range.endUs, this.timeZone));
    const found: T[] = [];
    // A stretch of the day before may reach into the range.
    for (
      let day = localDayOf(range.startUs, this.timeZone).subtract({ days: 1 });
      Temporal.PlainDate.compare(day, last) < 0;
      day = nextDay(day)
    )
      for (const item of ofDay(day)) if (intersects(item, range)) found.push(item);
    return found.sort((a, b) => a.startUs - b.startUs);
  }

  private day(day: Temporal.PlainDate): { shifts: readonly ShiftInterval[]; stops: readonly NamedInterval[] } {
    const key = day.toString();
    let known = this.days.get(key);
    if (!known) {
      const pattern = this.patterns.findLast((candidate) => candidate.validFrom <= key);
      const place = (stretches: readonly DailyStretch[]): NamedInterval[] =>
        stretches
          .filter((stretch) => stretch.days?.includes(day.dayOfWeek) ?? true)
          .map((stretch) => this.place(day, stretch))
          .filter((interval) => interval.endUs > interval.startUs);
      known = {
        shifts: place(pattern?.shifts ?? []).map((shift) => ({ ...shift, productionDay: key })),
        stops: place(pattern?.plannedStops ?? []),
      };
      this.days.set(key, known);
    }
    return known;
  }

  private place(day: Temporal.PlainDate, stretch: DailyStretch): NamedInterval {
    const endDay = stretch.end <= stretch.start ? nextDay(day) : day;
    return {
      name: stretch.name,
      startUs: instantOf(day, stretch.start, this.timeZone),
      endUs: instantOf(endDay, stretch.end, this.timeZone),
    };
  }
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const WEEK_MINUTES = 7 * 1440;

function assertNoOverlap(pattern: ShiftPattern): void {
  const week = pattern.shifts.flatMap((shift) =>
    (shift.days ?? [1, 2, 3, 4, 5, 6, 7]).map((weekday) => {
      const start = (weekday - 1) * 1440 + minuteOf(shift.start);
      const length = minuteOf(shift.end) - minuteOf(shift.start);
      return { name: shift.name, start, end: start + (length > 0 ? length : length + 1440) };
    }),
  );
  week.sort((a, b) => a.start - b.start);
  const first = week[0];
  const around = first ? [...week, { ...first, start: first.start + WEEK_MINUTES }] : [];
  for (const [i, shift] of around.entries()) {
    const before = around[i - 1];
    if (before && before.end > shift.start)
      throw new PlantCalendarError(
        `Shift ${shift.name}`,
        `begins before shift ${before.name} has ended (pattern of ${pattern.validFrom})`,
        'Change the times so that the shifts follow each other.',
      );
  }
}

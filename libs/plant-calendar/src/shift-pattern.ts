import { z } from 'zod';

/** Wall-clock time of the plant, `HH:MM`. */
export const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM, 00:00 to 23:59');
/** ISO weekdays, 1 = Monday … 7 = Sunday, of the day on which the stretch begins. */
const Weekdays = z.array(z.int().min(1).max(7)).min(1);

/** A stretch of the plant's day; an end at or before the start lies on the next day. */
export const DailyStretch = z.strictObject({
  name: z.string().min(1),
  start: LocalTime,
  end: LocalTime,
  /** Absent: every day. */
  days: Weekdays.optional(),
});
export type DailyStretch = z.infer<typeof DailyStretch>;

/** The shifts and planned stops of a site from a local day on, until the next pattern begins. */
export const ShiftPattern = z.strictObject({
  /** Local day, `YYYY-MM-DD`: applies to shifts that begin on this day or later. */
  validFrom: z.iso.date(),
  shifts: z.array(DailyStretch),
  plannedStops: z.array(DailyStretch),
});
export type ShiftPattern = z.infer<typeof ShiftPattern>;

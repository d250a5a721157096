import type { CalendarPartsFragment } from '../../generated/graphql';

/** `empty`: nothing came; `no-good`: samples came, none of them good. */
export type CalendarContent = 'figures' | 'empty' | 'no-good';

export interface CalendarRow {
  readonly bucket: CalendarPartsFragment;
  readonly content: CalendarContent;
  readonly isRunning: boolean;
  /** Share of the time so far that good samples cover, 0..1. */
  readonly completeness: number;
}

const contentOf = ({ count, mean }: CalendarPartsFragment): CalendarContent => (typeof mean === 'number' ? 'figures' : count > 0 ? 'no-good' : 'empty');

/** Shifts or days as a table shows them: the newest first, none that has yet to begin. What runs is measured by the time that has passed of it. */
export const calendarRows = (buckets: readonly CalendarPartsFragment[], nowMs: number): readonly CalendarRow[] =>
  buckets
    .filter(({ start }) => Date.parse(start) <= nowMs)
    .map((bucket): CalendarRow => {
      const [start, end] = [Date.parse(bucket.start), Date.parse(bucket.end)];
      const isRunning = nowMs < end;
      const passed = Math.max(1, Math.min(nowMs, end) - start);
      return { bucket, content: contentOf(bucket), isRunning, completeness: Math.min(1, (bucket.completeness * (end - start)) / passed) };
    })
    .reverse();

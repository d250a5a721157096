import type { BucketColumns, TimeRange } from '@telltale/time-series';
import type { Sample } from '../tags/series.type.js';
import { timeOf } from '../tags/tag-mapping.js';
import { Quality } from '../tags/tag.type.js';

/** The curve of a long stretch: the mean of each bucket in its middle. Bad where nothing in it was good; nothing where nothing was measured. */
export function meansOf({ startUs, widthUs, count, mean }: BucketColumns, { fromUs, toUs }: TimeRange): Sample[] {
  return Array.from(mean, (value, index): Sample | null => {
    const bucketUs = startUs + index * widthUs;
    const time = timeOf(Math.min(toUs - 1, Math.max(fromUs, bucketUs + widthUs / 2)));
    if (Number.isFinite(value)) return { time, value, quality: Quality.GOOD, status: 'Good' };
    return (count[index] ?? 0) > 0 ? { time, value: null, quality: Quality.BAD, status: 'Bad' } : null;
  }).filter((point) => point !== null);
}

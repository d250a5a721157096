import type { TimeUs } from '@telltale/tag-sample';
import { MINUTE_US } from './run-minutes.js';

const MINUTES = 600;
const BEFORE_ONSET_US = 60 * MINUTE_US;

/** What was expected of every sensor in the last ten hours: the line under the evidence of a leak. */
export class ExpectedMemory {
  private readonly rows = new Map<TimeUs, Float32Array>();

  remember(minuteUs: TimeUs, expectedC: ArrayLike<number>): void {
    this.rows.set(minuteUs, Float32Array.from(expectedC));
    this.rows.delete(minuteUs - MINUTES * MINUTE_US);
  }

  clear(): void {
    this.rows.clear();
  }

  /** By minute since an hour before the onset, at most 600. */
  series(sensor: number, onsetUs: TimeUs): readonly (readonly [TimeUs, number | null])[] {
    const found: (readonly [TimeUs, number | null])[] = [];
    for (const [minuteUs, row] of this.rows) {
      const value = row[sensor] ?? NaN;
      if (minuteUs >= onsetUs - BEFORE_ONSET_US)
        found.push([minuteUs, Number.isNaN(value) ? null : Math.round(value * 100) / 100]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(0, MINUTES);
  }
}

import type { TimeUs } from '@telltale/tag-sample';
import { MINUTE_US } from './run-minutes.js';

const MINUTES = 600;
const BEFORE_ONSET_US = 60 * MINUTE_US;

/** °C by minute; null while the detector learned. */
export type ExpectedSeries = readonly (readonly [TimeUs, number | null])[];

/** What was expected of every sensor in the last ten hours: the line under the evidence of a leak. */
export class ExpectedMemory {
  private readonly rows = new Map<TimeUs, Float32Array>();
  /** What was told of single sensors before a restart. */
  private readonly told = new Map<number, ExpectedSeries>();

  remember(minuteUs: TimeUs, expectedC: ArrayLike<number>): void {
    this.rows.set(minuteUs, Float32Array.from(expectedC));
    this.rows.delete(minuteUs - MINUTES * MINUTE_US);
  }

  /** Takes up the line of a sensor from an evidence that was written before. */
  recall(sensor: number, series: ExpectedSeries): void {
    this.told.set(sensor, series);
  }

  clear(): void {
    this.rows.clear();
    this.told.clear();
  }

  /** By minute since an hour before the onset, at most 600. */
  series(sensor: number, onsetUs: TimeUs): ExpectedSeries {
    const earlier = (this.told.get(sensor) ?? []).filter(([minuteUs]) => !this.rows.has(minuteUs));
    const found: ExpectedSeries[number][] = earlier.filter(([minuteUs]) => minuteUs >= onsetUs - BEFORE_ONSET_US);
    for (const [minuteUs, row] of this.rows) {
      const value = row[sensor] ?? NaN;
      if (minuteUs >= onsetUs - BEFORE_ONSET_US)
        found.push([minuteUs, Number.isNaN(value) ? null : Math.round(value * 100) / 100]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(0, MINUTES);
  }
}

import type { TimeUs } from '@telltale/tag-sample';

/** What one minute of a pipe run gave. */
export interface RunMinute {
  /** Start of the minute. */
  readonly minuteUs: TimeUs;
  /** Median of the good samples of each sensor in °C, in the order of the layout; NaN when there was none. */
  readonly valuesC: ArrayLike<number>;
  /** 1 where samples came, yet all of them with bad quality. */
  readonly bad?: ArrayLike<number>;
  /** Temperature of the pipe in °C; NaN or absent when not measured. */
  readonly pipeC?: number;
}

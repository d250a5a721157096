import { qualityOf } from './quality.js';
import type { StatusCode, TimeUs } from './sample.js';

/** Percent is of the tag's range (OPC UA Part 8 §7.2). */
export type Deadband =
  { readonly kind: 'absolute'; readonly value: number } | { readonly kind: 'percent'; readonly value: number };

export interface LastEmitted {
  readonly value: number;
  readonly status: StatusCode;
  readonly sourceTimeUs: TimeUs;
}

/** The smallest change that passes, in the tag's unit; 0 when a percent band has no range. */
export function deadbandWidth(
  deadband: Deadband | undefined,
  range?: { readonly low: number; readonly high: number },
): number {
  if (deadband === undefined) return 0;
  if (deadband.kind === 'absolute') return deadband.value;
  return range === undefined ? 0 : (Math.abs(range.high - range.low) * deadband.value) / 100;
}

/**
 * Whether a value is to be emitted: the first one, every change of quality or of missing/present,
 * a change of more than `width`, and at least one per `heartbeatUs`.
 */
export function passesDeadband(
  last: LastEmitted | undefined,
  next: LastEmitted,
  width: number,
  heartbeatUs: number,
): boolean {
  if (last === undefined || last.status !== next.status || qualityOf(last.status) !== qualityOf(next.status))
    return true;
  if (Number.isNaN(last.value) !== Number.isNaN(next.value)) return true;
  if (next.sourceTimeUs - last.sourceTimeUs >= heartbeatUs) return true;
  return Math.abs(next.value - last.value) > width;
}

import { Status, type StatusCode, type TimeUs } from '@telltale/tag-sample';

const OLDEST_US = Date.UTC(2000, 0, 1) * 1000;
const FUTURE_TOLERANCE_US = 300_000_000;

/** A source time that can't be (before 2000, more than 5 min ahead, no number) is replaced by the gateway's time and the sample is uncertain. */
export function plausibleTime(sourceTimeUs: TimeUs, nowUs: TimeUs): TimeUs | null {
  if (!Number.isFinite(sourceTimeUs) || sourceTimeUs < OLDEST_US || sourceTimeUs > nowUs + FUTURE_TOLERANCE_US) return null;
  return Math.round(sourceTimeUs);
}

export const doubted = (status: StatusCode): StatusCode => (status >>> 30 === 0 ? Status.Uncertain : status);

import { isGood, type TimeUs } from '@telltale/tag-sample';
import { HOLD_LIMIT_US, type TagSamples } from '@telltale/time-series';

export const MINUTE_US = 60_000_000;
export const minuteOf = (timeUs: TimeUs): TimeUs => Math.floor(timeUs / MINUTE_US) * MINUTE_US;

/** One tag by minute: the median of the minute's good samples, NaN where there is none. */
export interface MinuteColumn {
  readonly values: Float64Array;
  /** 1 where samples came and all were bad. */
  readonly bad: Uint8Array;
}

/** Silence means an unchanged value, as everywhere in the historian: the last good value holds for at most 15 min. */
export function minuteMedians(found: TagSamples | undefined, fromUs: TimeUs, minutes: number): MinuteColumn {
  const values = new Float64Array(minutes).fill(NaN);
  const bad = new Uint8Array(minutes);
  if (!found) return { values, bad };
  const { sourceTimesUs, values: raw, statuses } = found.samples;
  let heldValue = NaN;
  let heldUs = -Infinity;
  let next = 0;
  for (; next < raw.length && (sourceTimesUs[next] ?? 0) < fromUs; next++) {
    const good = isGood(statuses[next] ?? 0) && !Number.isNaN(raw[next] ?? NaN);
    heldValue = good ? (raw[next] ?? NaN) : NaN;
    heldUs = sourceTimesUs[next] ?? heldUs;
  }
  for (let minute = 0; minute < minutes; minute++) {
    const startUs = fromUs + minute * MINUTE_US;
    const inMinute: number[] = [];
    let count = 0;
    for (; next < raw.length && (sourceTimesUs[next] ?? 0) < startUs + MINUTE_US; next++, count++) {
      const value = raw[next] ?? NaN;
      const good = isGood(statuses[next] ?? 0) && !Number.isNaN(value);
      if (good) inMinute.push(value);
      heldValue = good ? value : NaN;
      heldUs = sourceTimesUs[next] ?? heldUs;
    }
    if (inMinute.length > 0) values[minute] = median(inMinute);
    else if (count > 0) bad[minute] = 1;
    else if (startUs - heldUs <= HOLD_LIMIT_US) values[minute] = heldValue;
  }
  return { values, bad };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const upper = values[values.length >> 1] ?? NaN;
  return values.length % 2 ? upper : (upper + (values[(values.length >> 1) - 1] ?? NaN)) / 2;
}

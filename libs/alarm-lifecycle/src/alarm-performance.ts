import type { TimeUs } from './alarm-state.js';

const MINUTE_US = 60_000_000;

export interface Flood {
  readonly fromUs: TimeUs;
  /** `null` while it lasts. */
  readonly toUs: TimeUs | null;
}

/** Alarm floods of one operator (ISA-18.2 clause 16): starts with more than 10 annunciations in 10 min, ends when a rolling 10 min count is below 5. */
export function alarmFloods(annunciatedAtUs: readonly TimeUs[], untilUs: TimeUs): readonly Flood[] {
  const times = [...annunciatedAtUs].sort((a, b) => a - b);
  const windowUs = 10 * MINUTE_US;
  const floods: Flood[] = [];
  let startUs: TimeUs | null = null;
  for (let i = 0; i < times.length; i++) {
    const now = times[i] ?? 0;
    if (startUs !== null) {
      // The count falls below 5 when the fifth newest annunciation leaves the window.
      const endUs = (times[i - 5] ?? Infinity) + windowUs;
      if (endUs <= now) {
        floods.push({ fromUs: startUs, toUs: endUs });
        startUs = null;
      }
    }
    if (startUs === null && i >= 10 && now - (times[i - 10] ?? -Infinity) < windowUs) startUs = now;
  }
  if (startUs !== null) {
    const endUs = (times[times.length - 5] ?? Infinity) + windowUs;
    floods.push({ fromUs: startUs, toUs: endUs <= untilUs ? endUs : null });
  }
  return floods;
}

/** Does one alarm chatter: three or more activations within 60 s? */
export function isChattering(raisedAtUs: readonly TimeUs[]): boolean {
  const times = [...raisedAtUs].sort((a, b) => a - b);
  return times.some((time, i) => i >= 2 && time - (times[i - 2] ?? -Infinity) <= MINUTE_US);
}

/** Has one alarm been active for more than 24 h? */
export const isStale = (raisedAtUs: TimeUs, nowUs: TimeUs): boolean => nowUs - raisedAtUs > 24 * 60 * MINUTE_US;

import { DAY_US, HOUR_US } from './rollup-rows.js';

/** Spans of a chunk, seconds. Live data begins at five minutes and merges upwards when its hour and its day are over. */
export const SPANS_S = [60, 300, 3_600, 86_400] as const;
export type SpanS = (typeof SPANS_S)[number];

/** Most samples of a chunk, unless its span is the smallest. */
export const MAX_CHUNK_SAMPLES = 16_384;
/** An hour or a day counts as over this long after its end. */
export const SETTLING_US = 120_000_000;

export interface ChunkWindow {
  readonly startUs: number;
  readonly spanS: SpanS;
}

export const windowAt = (timeUs: number, spanS: SpanS): ChunkWindow => ({
  startUs: Math.floor(timeUs / (spanS * 1e6)) * spanS * 1e6,
  spanS,
});
export const windowEnd = ({ startUs, spanS }: ChunkWindow): number => startUs + spanS * 1e6;
export const covers = (window: ChunkWindow, timeUs: number): boolean =>
  timeUs >= window.startUs && timeUs < windowEnd(window);
export const isOver = (endUs: number, nowUs: number): boolean => endUs + SETTLING_US <= nowUs;

export const spanOf = (seconds: number): SpanS => {
  const span = SPANS_S.find((known) => known === seconds);
  if (span === undefined) throw new RangeError(`${seconds} s is no span of a chunk`);
  return span;
};

/** Into which windows sorted times of one tag go, given the windows that exist. Existing windows always win: windows never overlap. */
export function planWindows(
  times: Float64Array,
  existing: readonly ChunkWindow[],
  nowUs: number,
): { window: ChunkWindow; from: number; to: number }[] {
  const plan: { window: ChunkWindow; from: number; to: number }[] = [];
  const overlaps = (window: ChunkWindow, other: ChunkWindow): boolean =>
    other.startUs < windowEnd(window) && windowEnd(other) > window.startUs;
  const taken = (window: ChunkWindow): boolean =>
    existing.some((other) => overlaps(window, other)) || plan.some((planned) => overlaps(window, planned.window));
  const fits = (window: ChunkWindow, count: number): boolean =>
    isOver(windowEnd(window), nowUs) && count <= MAX_CHUNK_SAMPLES && !taken(window);
  for (let at = 0; at < times.length;) {
    const time = times[at] ?? 0;
    const known = existing.find((window) => covers(window, time));
    const candidates = known
      ? [known]
      : [windowAt(time, 86_400), windowAt(time, 3_600)].filter((window) => fits(window, endOf(times, at, window) - at));
    const window = candidates[0] ?? windowAt(time, taken(windowAt(time, 300)) ? 60 : 300);
    const to = endOf(times, at, window);
    plan.push({ window, from: at, to });
    at = to;
  }
  return plan;
}

/** When to look again whether a chunk can merge into a larger one; null when it is final. */
export function mergeAt(window: ChunkWindow, samples: number): number | null {
  if (window.spanS === 86_400) return null;
  if (window.spanS === 3_600)
    return samples * 24 > MAX_CHUNK_SAMPLES * 1.5
      ? null
      : windowAt(window.startUs, 86_400).startUs + DAY_US + SETTLING_US;
  return windowAt(window.startUs, 3_600).startUs + HOUR_US + SETTLING_US;
}

/** The pieces of an over-full window, split until each is small enough. */
export function splitWindow(
  window: ChunkWindow,
  times: Float64Array,
): { window: ChunkWindow; from: number; to: number }[] {
  const smaller = SPANS_S[SPANS_S.indexOf(window.spanS) - 1];
  if (times.length <= MAX_CHUNK_SAMPLES || smaller === undefined) return [{ window, from: 0, to: times.length }];
  const pieces: { window: ChunkWindow; from: number; to: number }[] = [];
  for (let at = 0; at < times.length;) {
    const part = windowAt(times[at] ?? 0, smaller);
    const to = endOf(times, at, part);
    for (const piece of splitWindow(part, times.subarray(at, to)))
      pieces.push({ window: piece.window, from: at + piece.from, to: at + piece.to });
    at = to;
  }
  return pieces;
}

function endOf(times: Float64Array, from: number, window: ChunkWindow): number {
  let to = from;
  while (to < times.length && (times[to] ?? 0) < windowEnd(window)) to++;
  return to;
}

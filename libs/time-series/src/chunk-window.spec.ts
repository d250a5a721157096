import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  covers,
  MAX_CHUNK_SAMPLES,
  mergeAt,
  planWindows,
  SETTLING_US,
  splitWindow,
  windowAt,
  windowEnd,
  type ChunkWindow,
} from './chunk-window.js';

const DAY = 86_400_000_000;
const times = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 * 86_400 }), { minLength: 1, maxLength: 300 })
  .map((seconds) => Float64Array.from(seconds.toSorted((a, b) => a - b), (second) => second * 1e6));
const overlap = (a: ChunkWindow, b: ChunkWindow): boolean => a.startUs < windowEnd(b) && windowEnd(a) > b.startUs;

describe('chunk windows', () => {
  it('cover every sample and never overlap, whatever exists and whenever it is', () => {
    fc.assert(
      fc.property(times, times, fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), (before, after, now, later) => {
        const first = planWindows(before, [], now * DAY);
        const existing = first.map(({ window }) => window);
        const second = planWindows(after, existing, (now + later) * DAY);
        const all = [...new Map([...first, ...second].map(({ window }) => [window.startUs, window])).values()];
        expect(all.some((a, i) => all.slice(i + 1).some((b) => overlap(a, b)))).toBe(false);
        expect(second.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(after.length);
        for (const { window, from, to } of second) {
          for (const time of after.subarray(from, to)) expect(covers(window, time)).toBe(true);
        }
      }),
    );
  });

  it('begin with five minutes while the hour runs, an hour while the day runs, a day after it', () => {
    const spanAt = (nowUs: number): number | undefined => planWindows(Float64Array.of(1e6), [], nowUs)[0]?.window.spanS;
    expect(spanAt(2e6)).toBe(300);
    expect(spanAt(3_600e6 + SETTLING_US)).toBe(3_600);
    expect(spanAt(DAY + SETTLING_US)).toBe(86_400);
  });

  it('split until no piece is over-full', () => {
    const dense = Float64Array.from({ length: 100_000 }, (_, i) => i * 800_000);
    const pieces = splitWindow(windowAt(0, 86_400), dense);
    expect(pieces.every(({ from, to }) => to - from <= MAX_CHUNK_SAMPLES)).toBe(true);
    expect(pieces.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(dense.length);
    expect(pieces[0]?.window.spanS).toBe(3_600);
  });

  it('are looked at again when their hour, then their day is over', () => {
    expect(mergeAt(windowAt(0, 300), 10)).toBe(3_600e6 + SETTLING_US);
    expect(mergeAt(windowAt(0, 3_600), 60)).toBe(DAY + SETTLING_US);
    expect(mergeAt(windowAt(0, 3_600), 3_600)).toBeNull();
    expect(mergeAt(windowAt(0, 86_400), 1_440)).toBeNull();
  });
});

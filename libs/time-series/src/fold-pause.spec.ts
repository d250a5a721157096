import { describe, expect, it } from '@jest/globals';
import { foldPauseMs, type LastFold } from './fold-pause.js';

const limits = { maxSamples: 400_000, leastMs: 5_000 };
const last = (samples: number, collectedMs: number, more = false): LastFold => ({ samples, duplicates: 0, more, collectedMs });

describe('pause before the next fold', () => {
  it('is none while more is left than one fold takes', () => {
    expect(foldPauseMs(last(400_000, 60_000, true), limits)).toBe(0);
  });

  it.each([
    ['nothing came', 0, 5_000],
    ['a small plant', 1_000, 5_000],
    ['a larger one', 50_000, 12_500],
  ])('is what is asked, or longer the more came: %s', (_, samples, pauseMs) => {
    expect(foldPauseMs(last(samples, 5_000), limits)).toBe(pauseMs);
  });

  it('is at most a minute', () => {
    expect(foldPauseMs(last(350_000, 100_000), limits)).toBe(60_000);
  });

  it('ends before a full fold has come', () => {
    // 50 000 samples/s: three quarters of a fold in 6 s.
    expect(foldPauseMs(last(300_000, 6_000), limits)).toBe(6_000);
    expect(foldPauseMs(last(200_000, 4_000), { maxSamples: 1_000_000, leastMs: 1_000 })).toBe(10_000);
    expect(foldPauseMs({ samples: 0, duplicates: 300_000, more: false, collectedMs: 6_000 }, limits)).toBe(6_000);
  });
});

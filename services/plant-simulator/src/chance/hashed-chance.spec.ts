import { describe, expect, it } from '@jest/globals';
import { bell, seedOf, smoothNoise, uniform } from './hashed-chance.js';

const many = Array.from({ length: 40_000 }, (_, i) => i);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
};

describe('hashed chance', () => {
  it('is even over [0, 1) and independent of its neighbours', () => {
    const values = many.slice(0, 10_000).map((i) => uniform(7, 3, i));
    expect(mean(values)).toBeCloseTo(0.5, 1);
    expect(deviation(values)).toBeCloseTo(1 / Math.sqrt(12), 1);
    const lagged = mean(values.slice(1).map((value, i) => (value - 0.5) * ((values[i] ?? 0) - 0.5)));
    expect(Math.abs(lagged)).toBeLessThan(0.003);
  });

  it('gives a bell of mean 0 and deviation 1', () => {
    const values = many.slice(0, 10_000).map((i) => bell(7, i, 11));
    expect(Math.abs(mean(values))).toBeLessThan(0.04);
    expect(Math.abs(deviation(values) - 1)).toBeLessThan(0.04);
  });

  it('gives the same noise for the same place and another for another lane', () => {
    expect(smoothNoise(1, 2, 3.25)).toBe(smoothNoise(1, 2, 3.25));
    expect(smoothNoise(1, 2, 3.25)).not.toBe(smoothNoise(1, 4, 3.25));
    expect(Math.abs(smoothNoise(1, 2, 3.999) - smoothNoise(1, 2, 4.001))).toBeLessThan(0.02);
  });

  it('makes different seeds for different names', () => {
    expect(seedOf(1, 'line-1')).not.toBe(seedOf(1, 'line-2'));
    expect(seedOf(1, 'line-1')).not.toBe(seedOf(2, 'line-1'));
  });
});

import { describe, expect, it } from '@jest/globals';
import { evidenceWindow } from './evidence-window.js';

const NOW = new Date('2026-06-30T12:00:00Z');
const ago = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000);
const leak = (onsetHours: number, closedHours: number | null = null) => ({ onsetAt: ago(onsetHours), closedAt: closedHours === null ? null : ago(closedHours) });
const whole = { from: null, to: null };

describe('the window of an evidence', () => {
  it.each([
    ['a new leak', leak(2), whole, { from: ago(3), to: NOW, bucketSeconds: null }],
    ['a leak of a day', leak(24), whole, { from: ago(25), to: NOW, bucketSeconds: 300 }],
    ['a leak of 70 days', leak(70 * 24), whole, { from: ago(32 * 24), to: NOW, bucketSeconds: 7200 }],
    ['a leak of a year that is over', leak(365 * 24, 300 * 24), whole, { from: ago(300 * 24 - 1 + 32 * 24), to: ago(300 * 24 - 1), bucketSeconds: 7200 }],
    ['one hour that is wanted', leak(24), { from: ago(20), to: ago(19) }, { from: ago(20), to: ago(19), bucketSeconds: null }],
    ['ten years that are wanted', leak(24), { from: ago(87_600), to: NOW }, { from: ago(32 * 24), to: NOW, bucketSeconds: 7200 }],
    ['an end in the far future', leak(2), { from: null, to: new Date('9999-12-31T00:00:00Z') }, { from: ago(3), to: ago(-1), bucketSeconds: null }],
    ['a beginning after the end of the leak', leak(48, 40), { from: ago(20), to: null }, { from: ago(20), to: ago(19), bucketSeconds: null }],
    ['an end before the onset', leak(24), { from: null, to: ago(48) }, { from: ago(49), to: ago(48), bucketSeconds: null }],
  ])('of %s', (_name, times, wanted, window) => {
    expect(evidenceWindow(times, wanted, NOW)).toEqual(window);
  });

  it.each([
    ['the wrong way round', { from: ago(1), to: ago(2) }, 'must be before'],
    ['without length', { from: ago(1), to: ago(1) }, 'must be before'],
    ['in the future', { from: ago(-48), to: ago(-50) }, 'lies in the future'],
    ['that are no dates', { from: new Date(Number.NaN), to: NOW }, 'must be before'],
  ])('refuses times %s', (_name, wanted, sentence) => {
    expect(() => evidenceWindow(leak(24), wanted, NOW)).toThrow(expect.objectContaining({ message: expect.stringContaining(sentence), extensions: { code: 'BAD_ARGUMENT' } }));
  });
});

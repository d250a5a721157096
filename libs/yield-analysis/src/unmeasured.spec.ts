import { describe, expect, it } from '@jest/globals';
import { unmeasured } from './unmeasured.js';

const stretch = (kind: 'gap' | 'backfilled' | 'device-off' | 'dropped', fromUs: number, toUs: number) => ({ kind, fromUs, toUs });

describe('unmeasured', () => {
  it('joins what touches, whatever the reason', () => {
    expect(unmeasured([stretch('gap', 10, 20), stretch('device-off', 20, 30), stretch('dropped', 50, 60)])).toEqual([
      { startUs: 10, endUs: 30 },
      { startUs: 50, endUs: 60 },
    ]);
  });

  it('takes off what was filled in later, in whatever order it is told', () => {
    const told = [stretch('backfilled', 15, 18), stretch('gap', 10, 20), stretch('backfilled', 30, 40), stretch('gap', 30, 40)];
    const left = [
      { startUs: 10, endUs: 15 },
      { startUs: 18, endUs: 20 },
    ];
    expect(unmeasured(told)).toEqual(left);
    expect(unmeasured(told.toReversed())).toEqual(left);
  });
});

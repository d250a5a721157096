import { describe, expect, test } from '@jest/globals';
import type { ContinuityEntry } from '@telltale/time-series';
import { LateWatch } from './late-watch.js';

const SECOND = 1e6;
const entry = (tagId: number, recordedAtUs: number): ContinuityEntry => ({
  tagId, fromUs: 100, toUs: 200, kind: 'backfilled', reason: 'History was read.', recordedAtUs,
});
const own = new Set([1, 2]);

describe('late stretches of a line', () => {
  test('are its own only, each once, also when it is read again within the margin', () => {
    const watch = new LateWatch(0);
    watch.notice([entry(1, 20 * SECOND), entry(9, 21 * SECOND)], own);
    watch.notice([entry(1, 20 * SECOND), entry(9, 21 * SECOND)], own);
    expect(watch.stretches).toEqual([{ startUs: 100, endUs: 200 }]);
    expect(watch.lookFromUs).toBe(11 * SECOND);
  });

  test('that were recorded first and seen last are not passed over', () => {
    const watch = new LateWatch(0);
    watch.notice([entry(1, 20 * SECOND)], own);
    watch.settle(watch.stretches);
    watch.notice([entry(2, 15 * SECOND), entry(1, 20 * SECOND)], own);
    expect(watch.stretches).toHaveLength(1);
  });

  test('hold the cursor until they are worked in', () => {
    const watch = new LateWatch(5 * SECOND);
    watch.notice([entry(1, 20 * SECOND), entry(2, 30 * SECOND)], own);
    const taken = watch.stretches;
    expect(watch.settledUs).toBe(20 * SECOND - 1);
    watch.notice([entry(1, 40 * SECOND)], own);
    watch.settle(taken);
    expect(watch.settledUs).toBe(40 * SECOND - 1);
    watch.settle(watch.stretches);
    expect(watch.settledUs).toBe(40 * SECOND);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { ContinuityEntry } from '@telltale/time-series';
import { BackfillWatch } from './backfill-watch.js';
import { watermarkOf } from './leak-runner.js';

const entry = (fromUs: number, kind: ContinuityEntry['kind'] = 'backfilled', recordedAtUs = 50): ContinuityEntry => ({
  tagId: 1,
  fromUs,
  toUs: fromUs + 10,
  kind,
  reason: '',
  recordedAtUs,
});

const own = new Set([1]);

describe('the watch for backfilled history', () => {
  it('waits until it is quiet, and takes each entry once', () => {
    const watch = new BackfillWatch(5000);
    watch.notice([entry(10)], own, 100, 0);
    watch.notice([entry(10), entry(20)], own, 100, 3000);
    expect([watch.isDue(7999), watch.isDue(8000)]).toEqual([false, true]);
    // A restart before the detector has learned it must read it again.
    expect([watch.readThroughUs, watch.settledUs]).toEqual([50, 49]);
    expect(watch.take()).toHaveLength(2);
    watch.notice([entry(10), entry(20)], own, 100, 9000);
    expect(watch.isDue(99_000)).toBe(false);
    expect([watch.readThroughUs, watch.settledUs]).toEqual([50, 50]);
  });

  it('does not wait for ever', () => {
    const watch = new BackfillWatch(5000);
    for (let second = 0; second <= 60; second++) watch.notice([entry(second)], own, 100, second * 1000);
    expect(watch.isDue(60_000)).toBe(true);
  });

  it('history that is still to be worked through needs nothing, and a gap is no history', () => {
    const watch = new BackfillWatch(0);
    watch.notice([entry(100), entry(5, 'gap')], own, 100, 0);
    watch.notice([entry(1)], own, null, 0);
    expect(watch.isDue(1000)).toBe(false);
  });
});

describe('the watermark of a run', () => {
  const at = (...times: number[]): Parameters<typeof watermarkOf>[0] =>
    times.map((sourceTimeUs, tagId) => ({ tagId, value: 1, sourceTimeUs, serverTimeUs: 0, status: 0 }));
  it('is what three sensors have reached', () => {
    expect(watermarkOf(at(9, 100, 8, 7, 8))).toBe(8);
    expect([watermarkOf(at(5)), watermarkOf([])]).toEqual([5, null]);
  });
});

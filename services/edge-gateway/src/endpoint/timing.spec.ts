import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BackOff } from './back-off.js';
import { RateMeter } from './rate-meter.js';
import { ScanSchedule } from './scan-schedule.js';
import { doubted, plausibleTime } from './source-time.js';
import { TagBook } from './tag-book.js';

describe('ScanSchedule', () => {
  it('keeps to start + k × interval whatever the delays, and counts every scan as done or skipped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 50 }), (intervalMs, delays) => {
        const schedule = new ScanSchedule(['a'], () => intervalMs, 1_000);
        let now = 1_000;
        let done = 0;
        for (const delay of delays) {
          now = Math.max(now, schedule.nextMs()) + delay;
          done += schedule.takeDue(now).length;
          expect((schedule.nextMs() - 1_000) % intervalMs).toBe(0);
          expect(schedule.nextMs()).toBeGreaterThan(now);
          expect(done + schedule.skipped).toBe((schedule.nextMs() - 1_000) / intervalMs);
        }
      }),
    );
  });

  it('joins what is due at the same time', () => {
    const schedule = new ScanSchedule([1, 2, 5], (seconds) => seconds * 1_000, 0);
    expect([0, 1_000, 2_000, 5_000].map((at) => schedule.takeDue(at))).toEqual([[1, 2, 5], [1], [1, 2], [1, 2, 5]]);
    expect(schedule.takeDue(5_001)).toEqual([]);
    expect(new ScanSchedule([], () => 1, 0).nextMs()).toBe(Infinity);
  });
});

describe('BackOff', () => {
  it('doubles up to the bound, with jitter, and begins again', () => {
    const longest = new BackOff(500, 4_000, () => 1);
    expect(Array.from({ length: 6 }, () => longest.next())).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000]);
    longest.reset();
    expect(longest.next()).toBe(500);
    expect(new BackOff(500, 4_000, () => 0).next()).toBe(250);
  });
});

describe('RateMeter', () => {
  it('shows the rate of the last full seconds and forgets older ones', () => {
    const meter = new RateMeter();
    expect(meter.perSecond(0)).toBe(0);
    for (let ms = 0; ms < 20_000; ms += 100) meter.add(5, ms);
    expect(meter.perSecond(20_000)).toBe(50);
    expect(meter.perSecond(24_000)).toBeLessThan(50);
    expect(meter.perSecond(60_000)).toBe(0);
  });
});

describe('the source time', () => {
  const now = Date.UTC(2026, 10, 23) * 1_000;
  it.each([
    ['now', now, now],
    ['3 days ago', now - 3 * 86_400e6, now - 3 * 86_400e6],
    ['4 min ahead', now + 240e6, now + 240e6],
    ['6 min ahead', now + 360e6, null],
    ['1970', 0, null],
    ['2100', Date.UTC(2100, 0, 1) * 1_000, null],
    ['no number', NaN, null],
    ['endless', Infinity, null],
  ])('%s', (_name, given, expected) => expect(plausibleTime(given, now)).toBe(expected));

  it('makes good samples uncertain and leaves bad ones bad', () => {
    expect(doubted(0)).toBe(0x40000000);
    expect(doubted(0x80050000)).toBe(0x80050000);
  });
});

describe('TagBook', () => {
  it('gives back from its text what it recorded, for any number of tags', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 2_147_483_647 }), { maxLength: 300 }), (tagIds) => {
        const book = new TagBook();
        tagIds.forEach((tagId, i) => i % 3 > 0 && book.note(book.row(tagId), i, 1e15 + i, 0));
        tagIds.forEach((tagId) => book.row(tagId));
        const again = new TagBook();
        again.restore(book.serialise(), book.newestUs);
        expect(tagIds.map((tagId) => again.lastOf(tagId))).toEqual(tagIds.map((tagId) => book.lastOf(tagId)));
        expect(again.newestUs).toBe(book.newestUs);
        expect(again.size).toBe(tagIds.length);
      }),
    );
  });

  it('ignores a damaged text', () => {
    const book = new TagBook();
    book.restore('AAAA', 5);
    expect(book.size).toBe(0);
  });
});

import { describe, expect, test } from '@jest/globals';
import { OutageLedger, type FlowMark } from './outage-ledger.js';

const S = 1_000_000;
const DUE = 2 * S;
const publication = (subscription: number, atS: number, sourceS = atS, earlierS: readonly number[] = []): FlowMark => ({
  subscription,
  scanUs: S / 2,
  newestSourceUs: sourceS * S,
  sourceTimesUs: [...earlierS, sourceS].map((second) => second * S),
  joint: 'continuous',
  publishTimeUs: atS * S,
  atMs: atS * 1000,
});

describe('outage ledger', () => {
  test('bounds an outage by the last and the first publication', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101, 102]) ledger.mark(publication(1, at), DUE);
    ledger.begin(102_500);
    ledger.begin(104_000);
    expect(ledger.end({ ...publication(1, 110), waitedMs: 0 })).toEqual({ fromUs: 102 * S, toUs: 110 * S });
    expect(ledger.isOpen).toBe(false);
  });

  test('a keep-alive proves that nothing was missed before it', () => {
    const ledger = new OutageLedger();
    ledger.mark(publication(1, 100), DUE);
    ledger.mark(publication(1, 101), DUE);
    ledger.mark({ ...publication(1, 160), newestSourceUs: undefined, sourceTimesUs: [] }, DUE);
    ledger.begin(161_000);
    expect(ledger.end({ ...publication(1, 170, 50), waitedMs: 0 })).toEqual({ fromUs: 159.5 * S, toUs: 170 * S });
  });

  test('a value that changed just before the outage and was not sampled yet lies inside the gap', () => {
    const ledger = new OutageLedger();
    ledger.mark(publication(1, 100, 99.8), DUE);
    ledger.mark(publication(1, 101, 100.8), DUE);
    ledger.mark({ ...publication(1, 101.9), newestSourceUs: undefined, sourceTimesUs: [] }, DUE);
    ledger.begin(102_000);
    expect(ledger.end({ ...publication(1, 110), waitedMs: 0 })?.fromUs).toBe(100.8 * S);
  });

  test('values that waited on a slow line prove nothing about those behind them', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    ledger.mark(publication(1, 104, 101.5), 5 * DUE);
    ledger.begin(104_000);
    expect(ledger.end({ ...publication(1, 110), joint: 'new', waitedMs: 0 })).toEqual({ fromUs: 101.5 * S, toUs: 110 * S });
  });

  test('the slowest subscription decides where the outage began', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) {
      ledger.mark(publication(1, at), DUE);
      ledger.mark(publication(2, at + 0.4), DUE);
    }
    ledger.mark(publication(1, 102), DUE);
    ledger.begin(102_100);
    expect(ledger.end({ ...publication(1, 110), waitedMs: 0 })?.fromUs).toBe(101.4 * S);
  });

  test('a device on another clock is bounded by source times alone', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101, 102]) ledger.mark(publication(1, at, at - 50), DUE);
    ledger.begin(103_000);
    const back = { ...publication(1, 110, 110 - 50), waitedMs: 0 };
    expect(ledger.end({ ...back, newestSourceUs: undefined, sourceTimesUs: [] })).toBeUndefined();
    expect(ledger.end(back)).toEqual({ fromUs: (102 - 50) * S, toUs: (110 - 50) * S });
  });

  test('without any fresh value, the length of the outage is measured here', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101, 102]) ledger.mark(publication(1, at, at - 50), DUE);
    ledger.begin(103_000);
    const stale = { ...publication(1, 125, 101 - 50), waitedMs: 11_000 };
    expect(ledger.end(stale)).toEqual({ fromUs: (102 - 50) * S, toUs: (102 - 50 + 22) * S });
  });

  test('a server that kept everything leaves no gap', () => {
    const ledger = new OutageLedger();
    ledger.mark(publication(1, 100), DUE);
    ledger.begin(101_000);
    ledger.healed();
    expect(ledger.end({ ...publication(1, 103), waitedMs: 0 })).toBeUndefined();
  });

  test('what arrived before the outage and is published later proves nothing: the outage begins behind it', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    ledger.begin(102_100);
    const deferred = { ...publication(1, 102), atMs: 102_000 };
    expect(ledger.precedesOutage(deferred)).toBe(true);
    ledger.receivedBefore(deferred);
    expect(ledger.isOpen).toBe(true);
    expect(ledger.precedesOutage(publication(1, 110))).toBe(false);
    expect(ledger.end({ ...publication(1, 110), joint: 'new', waitedMs: 0 })).toEqual({ fromUs: 102 * S, toUs: 110 * S });
  });

  test('nothing is missed before the first value', () => {
    const ledger = new OutageLedger();
    ledger.begin(1_000);
    expect(ledger.isOpen).toBe(false);
  });

  test('a server that stood still is declared once for all its subscriptions', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) for (const one of [1, 2]) expect(ledger.mark(publication(one, at), DUE)).toBeUndefined();
    expect(ledger.mark(publication(1, 107), DUE)).toEqual({ fromUs: 101 * S, toUs: 107 * S });
    expect(ledger.mark(publication(2, 107), DUE)).toBeUndefined();
  });

  test('a hole between a value from before and the values after it is found', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    expect(ledger.mark(publication(1, 107, 107, [101.2, 106.5]), DUE)).toEqual({ fromUs: 101.2 * S, toUs: 106.5 * S });
  });

  test('a late publication with nothing new, then the new values: the hole is found', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    expect(ledger.mark(publication(1, 108, 101.1), DUE)).toBeUndefined();
    expect(ledger.mark(publication(1, 108.1, 108.05), DUE)).toEqual({ fromUs: 101.1 * S, toUs: 108.05 * S });
    expect(ledger.mark(publication(1, 108.2, 108.15), DUE)).toBeUndefined();
  });

  const keepAlive = (at: number): FlowMark => ({ ...publication(1, at), newestSourceUs: undefined, sourceTimesUs: [] });

  test('a late keep-alive of tags that rest for long is no gap', () => {
    const ledger = new OutageLedger();
    for (const at of [90, 91]) ledger.mark(publication(1, at), DUE);
    for (let at = 92; at <= 101; at++) expect(ledger.mark(keepAlive(at), DUE)).toBeUndefined();
    for (const at of [108, 109, 110.5]) expect(ledger.mark(keepAlive(at), DUE)).toBeUndefined();
    expect(ledger.mark(publication(1, 111), DUE)).toBeUndefined();
  });

  test('a server that stood still and sends keep-alives for a while before it samples again leaves a gap up to the first value', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    for (const at of [108, 109, 110.5, 112]) expect(ledger.mark(keepAlive(at), DUE)).toBeUndefined();
    expect(ledger.mark(publication(1, 113), DUE)).toEqual({ fromUs: 101 * S, toUs: 113 * S });
    expect(ledger.mark(publication(1, 114), DUE)).toBeUndefined();
  });

  test('a server that stood still and has no new value for long leaves a gap up to its return', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    for (let at = 108; at < 119; at++) expect(ledger.mark(keepAlive(at), DUE)).toBeUndefined();
    const told = [120, 121, 122].map((at) => ledger.mark(keepAlive(at), DUE));
    expect(told.filter((hole) => hole !== undefined)).toEqual([{ fromUs: 101 * S, toUs: 108 * S }]);
  });

  test('a resting tag that changed while the line was broken, and of which nothing is missing, is no gap', () => {
    const ledger = new OutageLedger();
    for (const at of [90, 91]) ledger.mark(publication(1, at), DUE);
    for (let at = 92; at <= 101; at++) ledger.mark(keepAlive(at), DUE);
    ledger.begin(102_000);
    ledger.healed();
    expect(ledger.mark(publication(1, 108, 102.5), DUE)).toBeUndefined();
    expect(ledger.mark(publication(1, 108.1, 104), DUE)).toBeUndefined();
  });

  test('lost notifications are a gap, declared once', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) for (const one of [1, 2]) ledger.mark(publication(one, at), DUE);
    expect(ledger.mark({ ...publication(1, 101.8, 101.8, [101.6]), joint: 'notifications-lost' }, DUE)).toEqual({ fromUs: 101 * S, toUs: 101.6 * S });
    expect(ledger.mark({ ...publication(2, 101.8), joint: 'notifications-lost' }, DUE)).toBeUndefined();
  });

  test('an overflowed queue is a matter of its tag, not of the subscription, however long the stretch', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    expect(ledger.mark({ ...publication(1, 101.9, 101.9, [101.8]), joint: 'queue-overflowed' }, DUE)).toBeUndefined();
    expect(ledger.mark({ ...publication(1, 102.9, 102.9, [102.8]), joint: 'queue-overflowed' }, DUE)).toBeUndefined();
  });

  test('a queue that overflowed during the outage lost only what is older than its oldest value', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    ledger.begin(102_000);
    expect(ledger.end({ ...publication(1, 110, 110, [100.9, 108, 109]), joint: 'queue-overflowed', waitedMs: 0 })).toEqual({ fromUs: 101 * S, toUs: 108 * S });
  });

  test('values that only came late are no gap', () => {
    const ledger = new OutageLedger();
    for (const at of [100, 101]) ledger.mark(publication(1, at), DUE);
    expect(ledger.mark(publication(1, 107, 107, [101.5, 102.4, 103.3, 104.2, 105.1, 106]), DUE)).toBeUndefined();
  });
});

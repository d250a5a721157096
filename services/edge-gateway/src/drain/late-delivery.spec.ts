import { describe, expect, it } from '@jest/globals';
import { LateDelivery } from './late-delivery.js';

const S = 1e6;
const record = (seq: number, createdS: number, more: object = {}) =>
  ({ epoch: 1, seq, lane: 'live' as const, lost: null, attempts: 0, createdUs: createdS * S, fromUs: (createdS - 1) * S, toUs: createdS * S, ...more });

describe('a late delivery', () => {
  it('is declared when all of it is committed and nothing late came for 5 s', () => {
    const late = new LateDelivery(undefined, 0);
    late.handedOut(record(1, 5_000), 0);
    late.handedOut(record(2, 1_000), 0);
    late.handedOut(record(3, 1_600), 100);
    expect(late.whole(20_000)).toBeNull();
    late.committed({ epoch: 1, seq: 2 });
    expect(late.whole(20_000)).toBeNull();
    late.committed({ epoch: 1, seq: 3 });
    expect(late.whole(5_000)).toBeNull();
    expect(late.whole(5_200)).toEqual([{ fromUs: 999 * S, toUs: 1_600 * S }]);
    late.settled();
    expect(late.whole(50_000)).toBeNull();
    expect(late.text).toBeNull();
  });

  it('leaves out what was never measured: a backfilled row would take that gap away', () => {
    const late = new LateDelivery(undefined, 0);
    late.handedOut(record(1, 5_000), 0);
    late.declared([{ kind: 'gap', fromUs: 1_550 * S, toUs: 4_000 * S }, { kind: 'backfilled', fromUs: 1_000 * S, toUs: 1_100 * S }]);
    late.handedOut(record(2, 1_000), 0);
    late.declared([{ kind: 'dropped', fromUs: 1_200 * S, toUs: 1_210 * S }, { kind: 'gap', fromUs: 1_205 * S, toUs: 1_300 * S }]);
    const lost = { fromUs: 1_400 * S, toUs: 1_410 * S, samples: 3, subjects: null, cause: 'full' as const, reason: 'full' };
    late.handedOut(record(3, 1_450, { lost }), 0);
    late.handedOut(record(4, 1_600), 0);
    late.committed({ epoch: 1, seq: 4 });
    expect(late.whole(9_000)).toEqual([[999, 1_200], [1_300, 1_400], [1_410, 1_550]].map(([from = 0, to = 0]) => ({ fromUs: from * S, toUs: to * S })));
  });

  it('is nothing when batches go in order, are sent again, come from history, or change places with a neighbour', () => {
    const late = new LateDelivery(undefined, 0);
    for (let seq = 1; seq <= 400; seq++) late.handedOut(record(seq, 1_000 + seq), seq);
    late.handedOut(record(401, 1_395), 500);
    late.handedOut(record(3, 1_003, { attempts: 1 }), 500);
    late.handedOut(record(402, 900, { lane: 'backlog' }), 500);
    expect(late.text).toBeNull();
  });

  it('survives a restart', () => {
    const before = new LateDelivery(undefined, 0);
    before.handedOut(record(1, 5_000), 0);
    before.handedOut(record(2, 1_000), 0);
    before.declared([{ kind: 'gap', fromUs: 999.5 * S, toUs: 1_000 * S }]);
    const after = new LateDelivery(before.text ?? undefined, 0);
    expect(after.whole(30_000)).toBeNull();
    expect(after.whole(40_000)).toEqual([{ fromUs: 999 * S, toUs: 999.5 * S }]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { QueueLosses } from './queue-losses.js';

const S = 1_000_000;
const loss = (tagId: number, from: number, to: number) => ({ tagId, fromUs: from * S, toUs: to * S });

describe('losses of single queues', () => {
  test('the first is declared at once with its bounds', () => {
    expect(new QueueLosses().take([loss(1, 100, 100.4)], undefined, 0)).toEqual([{ tagIds: [1], fromUs: 100 * S, toUs: 100.4 * S }]);
  });

  test('a lasting one is declared as a whole every ten seconds, and at the end', () => {
    const losses = new QueueLosses();
    losses.take([loss(1, 100, 100.4)], undefined, 0);
    for (let second = 1; second < 10; second++) expect(losses.take([loss(1, 100 + second, 100.4 + second)], undefined, second * 1000)).toEqual([]);
    expect(losses.due(9_999)).toEqual([]);
    expect(losses.take([loss(1, 110, 110.4)], undefined, 10_000)).toEqual([{ tagIds: [1], fromUs: 101 * S, toUs: 110.4 * S }]);
    losses.take([loss(1, 111, 111.4)], undefined, 11_000);
    expect(losses.due(11_000, true)).toEqual([{ tagIds: [1], fromUs: 111 * S, toUs: 111.4 * S }]);
  });

  test('one that ended is forgotten: the next is declared at once', () => {
    const losses = new QueueLosses();
    losses.take([loss(1, 100, 100.4)], undefined, 0);
    expect(losses.due(10_000)).toEqual([]);
    expect(losses.take([loss(1, 200, 200.4)], undefined, 10_100)).toHaveLength(1);
  });

  test('tags that lost about the same share a stretch', () => {
    expect(new QueueLosses().take([loss(1, 100, 104), loss(2, 100.2, 104.1), loss(3, 100.1, 109)], undefined, 0)).toEqual([
      { tagIds: [1, 2], fromUs: 100 * S, toUs: 104.1 * S },
      { tagIds: [3], fromUs: 100.1 * S, toUs: 109 * S },
    ]);
  });

  test('what an outage covers is not declared again, only what lies beyond it', () => {
    const outage = { fromUs: 100 * S, toUs: 110 * S };
    expect(new QueueLosses().take([loss(1, 99.5, 110.5)], outage, 0)).toEqual([]);
    expect(new QueueLosses().take([loss(1, 100, 115)], outage, 0)).toEqual([{ tagIds: [1], fromUs: 110 * S, toUs: 115 * S }]);
    expect(new QueueLosses().take([loss(1, 90, 105)], outage, 0)).toEqual([{ tagIds: [1], fromUs: 90 * S, toUs: 100 * S }]);
    expect(new QueueLosses().take([loss(1, 90, 115)], outage, 0)).toEqual([{ tagIds: [1], fromUs: 90 * S, toUs: 100 * S }, { tagIds: [1], fromUs: 110 * S, toUs: 115 * S }]);
    expect(new QueueLosses().take([loss(1, 120, 125)], outage, 0)).toHaveLength(1);
  });
});

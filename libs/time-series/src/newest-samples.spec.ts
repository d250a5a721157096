import { describe, expect, it } from '@jest/globals';
import { columnsFrom, samplesOf, type Sample } from '@telltale/tag-sample';
import fc from 'fast-check';
import { newerOf, newestSamples } from './newest-samples.js';
import { resolveSamples } from './sample-order.js';

const sample: fc.Arbitrary<Sample> = fc.record({
  tagId: fc.integer({ min: 1, max: 4 }),
  value: fc.constantFrom(1, 2, NaN),
  sourceTimeUs: fc.nat(6),
  serverTimeUs: fc.nat(2),
  status: fc.constantFrom(0, 0x40000000, 0x80050000),
});

describe('newest samples', () => {
  it('are the last of each tag once all are sorted and resolved, those from the future left out', () => {
    const parts = fc.array(fc.tuple(fc.array(sample, { maxLength: 30 }), fc.nat(7)), { maxLength: 4 });
    fc.assert(
      fc.property(parts, (given) => {
        const allowed = given.flatMap(([samples, latestUs]) => samples.filter(({ sourceTimeUs }) => sourceTimeUs <= latestUs));
        const last = new Map([...samplesOf(resolveSamples(columnsFrom(allowed)).columns)].map((one) => [one.tagId, one]));
        const found = newestSamples(given.map(([samples, latestUs]) => ({ columns: columnsFrom(samples), latestUs })));
        expect([...samplesOf(found)]).toEqual([...last.values()]);
      }),
      { numRuns: 500 },
    );
  });

  it('of two such sets are those of both together', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 9 }), fc.array(sample, { maxLength: 9 }), (left, right) => {
        const set = (samples: readonly Sample[]) => newestSamples([{ columns: columnsFrom(samples), latestUs: Infinity }]);
        expect([...samplesOf(newerOf(set(left), set(right)))]).toEqual([...samplesOf(set([...left, ...right]))]);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { columnsFrom, concatColumns, samplesOf, Status, type Sample } from '@telltale/tag-sample';
import { resolveSamples } from './sample-order.js';

const sample: fc.Arbitrary<Sample> = fc.record({
  tagId: fc.integer({ min: 1, max: 3 }),
  value: fc.constantFrom(1, 2, NaN, 0, -0),
  sourceTimeUs: fc.integer({ min: 0, max: 5 }),
  serverTimeUs: fc.integer({ min: 0, max: 2 }),
  status: fc.constantFrom(Status.Good, Status.Uncertain, Status.BadTimeout, Status.BadNoData),
});
const resolved = (samples: readonly Sample[]): Sample[] => [...samplesOf(resolveSamples(columnsFrom(samples)).columns)];

describe('resolving samples', () => {
  it('gives the same set in any order, also when it is done piece by piece', () => {
    fc.assert(
      fc.property(fc.array(sample), fc.array(sample), fc.infiniteStream(fc.nat()), (some, more, keys) => {
        const all = [...some, ...more];
        const wanted = resolved(all);
        const shuffled = all
          .map((each) => [keys.next().value ?? 0, each] as const)
          .toSorted((a, b) => a[0] - b[0])
          .map(([, each]) => each);
        expect(resolved(shuffled)).toEqual(wanted);
        const pieces = [some, more].map((part) => resolveSamples(columnsFrom(part)).columns);
        expect([...samplesOf(resolveSamples(concatColumns(pieces)).columns)]).toEqual(wanted);
      }),
    );
  });

  it('prefers better quality, then the later gateway time, and counts what it leaves out', () => {
    const at = { tagId: 1, sourceTimeUs: 10 };
    const good = { ...at, value: 1, serverTimeUs: 20, status: Status.Good };
    const bad = { ...at, value: 2, serverTimeUs: 30, status: Status.BadTimeout };
    const later = { ...at, value: 3, serverTimeUs: 25, status: Status.Good };
    const { columns, duplicates, conflicts } = resolveSamples(columnsFrom([bad, good, later, later]));
    expect([...samplesOf(columns)]).toEqual([later]);
    expect({ duplicates, conflicts }).toEqual({ duplicates: 1, conflicts: 2 });
  });
});

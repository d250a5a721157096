import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contiguousThrough,
  formatSequenceSet,
  hasSequence,
  parseSequenceSet,
  sequenceSetOf,
  uniteSequences,
} from './sequence-set.js';

const seqs = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });

describe('sequence set', () => {
  it('knows exactly the numbers put in, in Postgres form and back', () => {
    fc.assert(
      fc.property(seqs, seqs, (some, more) => {
        const set = parseSequenceSet(formatSequenceSet(uniteSequences(sequenceSetOf(some), sequenceSetOf(more))));
        const wanted = new Set([...some, ...more]);
        for (let seq = 0; seq <= 41; seq++) expect(hasSequence(set, seq)).toBe(wanted.has(seq));
        let through = 0;
        while (wanted.has(through + 1)) through++;
        expect(contiguousThrough(set)).toBe(through);
        expect(set.every(([from], i) => i === 0 || from > (set[i - 1]?.[1] ?? 0))).toBe(true);
      }),
    );
  });
});

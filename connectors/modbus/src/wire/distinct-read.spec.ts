import { describe, expect, it } from '@jest/globals';
import { distinctRead } from './distinct-read.js';
import type { ReadRequest } from './read-request.js';
import { rtuAnswerBytes } from './rtu-framing.js';

const BOUNDS = { illegalRanges: [], maxBitsPerRequest: 2_000, maxRegistersPerRequest: 125 };
const read = (table: ReadRequest['table'], count: number): ReadRequest => ({ unit: 1, table, first: 40, count });
const countOf = (request: ReadRequest, taken: readonly ReadRequest[], bounds: Parameters<typeof distinctRead>[2] = BOUNDS): number | undefined => distinctRead(request, new Set(taken.map(rtuAnswerBytes)), bounds)?.count;

describe('a read whose answer no late one can pass for', () => {
  it('is shorter where it can be, and never of a length that is still expected', () => {
    expect(countOf(read('holding', 24), [read('holding', 24)])).toBe(23);
    expect(countOf(read('holding', 24), [read('holding', 24), read('holding', 23)])).toBe(22);
    expect(countOf(read('coil', 24), [read('coil', 20)])).toBe(16);
  });

  it('is longer only when it must, and not over an illegal address', () => {
    expect(countOf(read('input', 1), [read('input', 1)])).toBe(2);
    expect(countOf(read('coil', 3), [read('coil', 3)])).toBe(11);
    expect(countOf(read('input', 1), [read('input', 1)], { ...BOUNDS, illegalRanges: [{ table: 'input', from: 41, to: 41 }] })).toBeUndefined();
    expect(countOf(read('input', 1), [read('input', 1)], { ...BOUNDS, illegalRanges: [{ unit: 9, table: 'input', from: 41, to: 41 }] })).toBe(2);
  });
});

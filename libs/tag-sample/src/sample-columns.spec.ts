import { describe, expect, it } from '@jest/globals';
import { columnsFrom, concatColumns, pickColumns, sampleAt, samplesOf, sliceColumns } from './sample-columns.js';

const samples = [1, 2, 3].map((n) => ({
  tagId: n,
  value: n / 2,
  sourceTimeUs: n * 10,
  serverTimeUs: n * 10 + 1,
  status: 0x80000000 + n,
}));

describe('sample columns', () => {
  it('turns samples into columns and back', () => {
    expect([...samplesOf(columnsFrom(samples))]).toEqual(samples);
    expect(sampleAt(columnsFrom(samples), 1)).toEqual(samples[1]);
  });

  it('concatenates, slices and picks', () => {
    const columns = columnsFrom(samples);
    expect([...samplesOf(concatColumns([columns, sliceColumns(columns, 1, 3), columnsFrom([])]))]).toEqual([
      ...samples,
      samples[1],
      samples[2],
    ]);
    expect([...samplesOf(pickColumns(columns, [2, 0]))]).toEqual([samples[2], samples[0]]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { decodeBatch, emptyColumns, type ContinuityRow, type SampleColumns } from '@telltale/tag-sample';
import { spoolEntry } from '../collect/sample-collector.js';
import { splitBatch } from './batch-splitter.js';

const samples = (count: number): SampleColumns => ({
  ...emptyColumns(count),
  tagIds: Int32Array.from({ length: count }, (_, i) => (i % 3) + 1),
  values: Float64Array.from({ length: count }, (_, i) => i),
  sourceTimesUs: Float64Array.from({ length: count }, (_, i) => 1e15 + i * 1e6),
  serverTimesUs: Float64Array.from({ length: count }, (_, i) => 1e15 + i * 1e6),
});
const row = (tagIds: readonly number[]): ContinuityRow => ({ tagIds, fromUs: 1e15, toUs: 1e15 + 1e6, kind: 'gap', reason: 'The device was off.' });

/** Divides until nothing has more than `most` samples or tags in its rows. */
function parts(count: number, rows: readonly ContinuityRow[], most: number) {
  const waiting = [spoolEntry('backlog', 7, samples(count), rows, [4], 1e15, 2e15)];
  const done = [];
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    const batch = decodeBatch(entry.bytes);
    const size = batch.samples.tagIds.length + batch.continuity.reduce((sum, { tagIds }) => sum + tagIds.length, 0);
    if (size <= most) done.push(batch);
    else waiting.unshift(...(splitBatch(entry) ?? []));
    expect(entry).toMatchObject({ lane: 'backlog', subjects: [4], samples: batch.samples.tagIds.length });
  }
  return done;
}

describe('splitBatch', () => {
  it('keeps every sample and every declared tag once, in order, the rows last', () => {
    const rows = [row([1, 2, 3, 4, 5]), row([6])];
    const found = parts(101, rows, 4);
    expect(found.flatMap((batch) => [...batch.samples.values])).toEqual(Array.from({ length: 101 }, (_, i) => i));
    expect(found.flatMap(({ continuity }) => continuity.flatMap(({ tagIds }) => tagIds))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(found.findIndex(({ continuity }) => continuity.length > 0)).toBeGreaterThan(20);
  });

  it('gives up on what can not be divided', () => {
    expect(splitBatch(spoolEntry('live', 7, samples(1), [], [1], 0, 1))).toBeNull();
    expect(splitBatch(spoolEntry('live', 7, samples(0), [row([1])], [1], 0, 1))).toBeNull();
  });
});

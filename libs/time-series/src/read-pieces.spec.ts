import { describe, expect, it } from '@jest/globals';
import { columnsFrom, type SampleColumns } from '@telltale/tag-sample';
import { readPieces } from './read-pieces.js';
import type { TimeRange } from './series-contract.js';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

/** A sample every `everyUs` from a time on; nothing before it. */
const source = (startsUs: number, everyUs: number, asked: TimeRange[]) => (range: TimeRange): Promise<SampleColumns> => {
  asked.push(range);
  const first = Math.max(startsUs, Math.ceil(range.fromUs / everyUs) * everyUs);
  const count = Math.max(0, Math.ceil((range.toUs - first) / everyUs));
  return Promise.resolve(columnsFrom(Array.from({ length: count }, (_, i) => ({ tagId: 1, value: 0, sourceTimeUs: first + i * everyUs, serverTimeUs: 0, status: 0 }))));
};

async function collect(range: TimeRange, startsUs: number, everyUs: number): Promise<{ times: number[]; largest: number; asked: TimeRange[] }> {
  const [times, asked]: [number[], TimeRange[]] = [[], []];
  let largest = 0;
  for await (const { sourceTimesUs } of readPieces(range, source(startsUs, everyUs, asked), (fromUs) => Promise.resolve(Math.max(fromUs, startsUs)))) {
    for (const time of sourceTimesUs) times.push(time);
    largest = Math.max(largest, sourceTimesUs.length);
  }
  return { times, largest, asked };
}

describe('pieces of a range', () => {
  it.each([
    ['dense', 0, SECOND / 20, 4 * 3_600 * SECOND],
    ['sparse', 0, 3_600 * SECOND, 300 * DAY],
    ['silent, then dense', 200 * DAY, SECOND, 201 * DAY],
  ])('are every sample once, in order, none too large: %s', async (_name, startsUs, everyUs, toUs) => {
    const { times, largest, asked } = await collect({ fromUs: 0, toUs }, startsUs, everyUs);
    expect([times.length, times[0], times.at(-1)]).toEqual([(toUs - startsUs) / everyUs, startsUs, toUs - everyUs]);
    expect(times.every((time, i) => i === 0 || time === (times[i - 1] ?? 0) + everyUs)).toBe(true);
    expect(largest).toBeLessThanOrEqual(20_000);
    expect(asked.every(({ fromUs }, i) => i === 0 || fromUs === asked[i - 1]?.toUs)).toBe(true);
    // Few questions where there is little to read.
    expect(asked.length).toBeLessThan(toUs / DAY + times.length / 5_000 + 20);
  });

  it('read no more than an hour at once where silence may end, however long it was', async () => {
    const asked: TimeRange[] = [];
    const begins = 3 * DAY + 17 * 3_600 * SECOND;
    // What is stored begins in the chunk of the fourth day, nobody knows when: nothing may be read as though it were silent.
    const silentUntil = (fromUs: number): Promise<number> => Promise.resolve(Math.max(fromUs, 3 * DAY));
    const range = { fromUs: 0, toUs: begins + 60 * SECOND };
    let count = 0;
    for await (const { values } of readPieces(range, source(begins, 1_000, asked), silentUntil)) count += values.length;
    expect(count).toBe(60_000);
    expect(asked.filter(({ toUs }) => toUs > 3 * DAY).every(({ fromUs, toUs }) => toUs - fromUs <= 3_600 * SECOND)).toBe(true);
    expect(asked.length).toBeLessThan(24);
  });

  it('stop when nobody takes them', async () => {
    const asked: TimeRange[] = [];
    for await (const piece of readPieces({ fromUs: 0, toUs: 100 * DAY }, source(0, SECOND, asked), (fromUs) => Promise.resolve(fromUs))) {
      expect(piece.values.length).toBeGreaterThan(0);
      break;
    }
    expect(asked).toHaveLength(1);
  });
});

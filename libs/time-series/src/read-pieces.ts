import { sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import { DAY_US, HOUR_US } from './rollup-rows.js';
import type { TimeRange } from './series-contract.js';

/** Most samples of a piece, and how many are read at once, about. */
const WANTED = 20_000;
const SHORTEST_US = 1_000_000;
/** However little came: a silent tag may begin to speak a thousand times a second. */
const LONGEST_US = DAY_US;
const LONGEST_AFTER_SILENCE_US = HOUR_US;

/**
 * The range in pieces of at most 20 000 samples, read one after the other: memory stays flat however long the range is.
 * `silentUntil` tells up to when nothing is stored from a time on; it is asked after a piece without samples.
 */
export async function* readPieces(
  range: TimeRange,
  read: (piece: TimeRange) => Promise<SampleColumns>,
  silentUntil: (fromUs: number) => Promise<number>,
): AsyncGenerator<SampleColumns> {
  let spanUs = HOUR_US;
  for (let fromUs = range.fromUs; fromUs < range.toUs;) {
    const toUs = Math.min(range.toUs, fromUs + spanUs);
    const columns = await read({ fromUs, toUs });
    const count = columns.values.length;
    for (let at = 0; at < count; at += WANTED) yield sliceColumns(columns, at, Math.min(count, at + WANTED));
    spanUs = count === 0 ? await spanAfterSilence(toUs, toUs - fromUs, silentUntil) : spanAfter(toUs - fromUs, count);
    fromUs = toUs;
  }
}

/** What comes is taken to be as dense as what came. */
function spanAfter(lastUs: number, count: number): number {
  const factor = Math.min(4, Math.max(1 / 64, WANTED / count));
  return Math.min(LONGEST_US, Math.max(SHORTEST_US, Math.round(lastUs * factor)));
}

/** To the end of the silence in one step, from there on with care. */
async function spanAfterSilence(fromUs: number, lastUs: number, silentUntil: (fromUs: number) => Promise<number>): Promise<number> {
  const silentUs = (await silentUntil(fromUs)) - fromUs;
  return Math.max(silentUs, Math.min(LONGEST_AFTER_SILENCE_US, lastUs * 4));
}

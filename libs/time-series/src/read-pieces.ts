import { sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import { DAY_US, HOUR_US } from './rollup-rows.js';
import type { TimeRange } from './series-contract.js';

/** Most samples of a piece, and how many are read at once, about. */
const WANTED = 20_000;
const SHORTEST_US = 1_000_000;
/** A silent tag may begin to speak: a day of it must fit into memory. */
const LONGEST_US = DAY_US;

/** The range in pieces of at most 20 000 samples, read one after the other: memory stays flat however long the range is. */
export async function* readPieces(range: TimeRange, read: (piece: TimeRange) => Promise<SampleColumns>): AsyncGenerator<SampleColumns> {
  let spanUs = HOUR_US;
  for (let fromUs = range.fromUs; fromUs < range.toUs;) {
    const toUs = Math.min(range.toUs, fromUs + spanUs);
    const columns = await read({ fromUs, toUs });
    const count = columns.values.length;
    for (let at = 0; at < count; at += WANTED) yield sliceColumns(columns, at, Math.min(count, at + WANTED));
    // What comes is taken to be as dense as what came; after nothing it goes on with care.
    const factor = count === 0 ? 4 : Math.min(4, Math.max(1 / 64, WANTED / count));
    spanUs = Math.min(LONGEST_US, Math.max(SHORTEST_US, Math.round((toUs - fromUs) * factor)));
    fromUs = toUs;
  }
}

import type { SampleColumns } from '@telltale/tag-sample';
import { DAY_US, HOUR_US } from './rollup-rows.js';
import type { TimeRange } from './series-contract.js';

/** Samples that a piece should have, about. */
const WANTED = 20_000;
const SHORTEST_US = 1_000_000;
const LONGEST_US = 32 * DAY_US;

/** The range in pieces of about 20 000 samples, read one after the other: memory stays flat however long the range is. */
export async function* readPieces(range: TimeRange, read: (piece: TimeRange) => Promise<SampleColumns>): AsyncGenerator<SampleColumns> {
  let spanUs = HOUR_US;
  for (let fromUs = range.fromUs; fromUs < range.toUs;) {
    const toUs = Math.min(range.toUs, fromUs + spanUs);
    const columns = await read({ fromUs, toUs });
    const count = columns.values.length;
    if (count > 0) yield columns;
    // What comes is taken to be as dense as what came; after nothing it goes on with care.
    const factor = count === 0 ? 4 : Math.min(4, Math.max(1 / 64, WANTED / count));
    spanUs = Math.min(LONGEST_US, Math.max(SHORTEST_US, Math.round((toUs - fromUs) * factor)));
    fromUs = toUs;
  }
}

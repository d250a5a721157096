import type { ChunkPiece } from './chunk-pieces.js';
import { mostMinutes, unpackChunk } from './chunk-table.js';
import { indexesOf } from './read-samples.js';
import { rowsPacked, unpackInto } from './rollup-pack.js';
import { MINUTE_US, rollUpInto, rollUpRows, RollupRows, sharesMinute, startsEvery } from './rollup-rows.js';
import type { TimeRange } from './series-contract.js';

/** Rows that are summed up at once; used by one call at a time and never kept across one. */
let scratch = new RollupRows(2_048);

/** Minutes, quarters or hours of one tag in the stretches, from its pieces; both in order of time, the stretches on whole buckets. */
export function rowsOfPieces(pieces: readonly ChunkPiece[], stretches: readonly TimeRange[], widthUs: number): RollupRows {
  const room = pieces.reduce((sum, { minutes, data }) => sum + (minutes === null ? mostMinutes(data) : rowsPacked(minutes)), 0);
  if (widthUs === MINUTE_US) return addPieces(new RollupRows(room), pieces, stretches, widthUs);
  if (scratch.capacity < room) scratch = new RollupRows(room * 2);
  scratch.length = 0;
  return rollUpRows(addPieces(scratch, pieces, stretches, widthUs), startsEvery(widthUs));
}

/** Minutes, or where a chunk gives them as well, the rows of the width. */
function addPieces(rows: RollupRows, pieces: readonly ChunkPiece[], stretches: readonly TimeRange[], widthUs: number): RollupRows {
  for (const { tagId, startUs, spanS, minutes, data } of pieces) {
    const touched = stretches.filter(({ fromUs, toUs }) => startUs < toUs && startUs + spanS * 1e6 > fromUs);
    if (minutes !== null) for (const { fromUs, toUs } of touched) unpackInto(rows, minutes, fromUs, toUs);
    else if (data !== null && touched.length > 0) {
      const columns = unpackChunk(tagId, startUs, data);
      for (const stretch of touched) {
        const [from, to] = indexesOf(columns, stretch);
        // Minutes of one sample each add up to what the samples do.
        const direct = spanS * 1e6 >= widthUs && !sharesMinute(columns, from, to);
        rollUpInto(rows, columns, from, to, direct ? widthUs : MINUTE_US);
      }
    }
  }
  return rows;
}

import { emptyColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import type { ChunkPiece } from './chunk-pieces.js';
import { mostMinutes, unpackChunk } from './chunk-table.js';
import { MAX_CHUNK_SAMPLES } from './chunk-window.js';
import { indexesOf } from './read-samples.js';
import { rowsPacked, unpackInto } from './rollup-pack.js';
import { MINUTE_US, rollUpInto, rollUpRows, RollupRows, sharesMinute, startsEvery, takeOffGaps, type Gaps } from './rollup-rows.js';
import type { TimeRange } from './series-contract.js';

/** Rows that are summed up at once, and samples of the chunk they come from; used by one call at a time and never kept across one. */
const scratch = new RollupRows(20_000);
const samples = emptyColumns(MAX_CHUNK_SAMPLES);
const scratchOf = (count: number): SampleColumns => (count > MAX_CHUNK_SAMPLES ? emptyColumns(count) : sliceColumns(samples, 0, count));

interface Part {
  readonly piece: ChunkPiece;
  /** Of the stretches those that it may hold samples of. */
  readonly stretches: readonly TimeRange[];
}

/** Minutes or buckets of whole minutes of one tag in the stretches, from its pieces; both in order of time, the stretches on whole buckets. */
export function rowsOfPieces(pieces: readonly ChunkPiece[], stretches: readonly TimeRange[], widthUs: number, gaps: Gaps = []): RollupRows {
  const parts = pieces.flatMap((piece): Part[] => {
    const own = stretches.filter(({ fromUs, toUs }) => piece.startUs < toUs && piece.startUs + piece.spanS * 1e6 > fromUs);
    return own.length === 0 ? [] : [{ piece, stretches: own }];
  });
  const room = parts.reduce((sum, { piece: { minutes, data } }) => sum + (minutes === null ? mostMinutes(data) : rowsPacked(minutes)), 0);
  const rows = widthUs === MINUTE_US || room > scratch.capacity ? new RollupRows(room) : scratch;
  rows.length = 0;
  for (const part of parts) addPart(rows, part, widthUs, gaps);
  return widthUs === MINUTE_US ? rows : rollUpRows(rows, startsEvery(widthUs), gaps);
}

/** Minutes, or where a chunk gives them as well, the rows of the width. */
function addPart(rows: RollupRows, { piece: { tagId, startUs, spanS, minutes, data }, stretches }: Part, widthUs: number, gaps: Gaps): void {
  if (minutes !== null) {
    const first = rows.length;
    for (const { fromUs, toUs } of stretches) unpackInto(rows, minutes, fromUs, toUs);
    takeOffGaps(rows, first, gaps);
  } else if (data !== null) {
    const columns = unpackChunk(tagId, startUs, data, scratchOf);
    for (const stretch of stretches) {
      const [from, to] = indexesOf(columns, stretch);
      // Minutes of one sample each add up to what the samples do, in buckets that end with the piece.
      const direct = (spanS * 1e6) % widthUs === 0 && !sharesMinute(columns, from, to);
      rollUpInto(rows, columns, from, to, direct ? widthUs : MINUTE_US, gaps);
    }
  }
}

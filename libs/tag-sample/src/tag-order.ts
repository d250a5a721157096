import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { BatchCodecError } from './batch-codec.error.js';
import { readIntegers, writeIntegers } from './plane-column.js';

const GROUPED = 0;
const CYCLE = 1;
const PLAIN = 2;

/** Samples regrouped by tag (stable), so that each tag's values lie together. */
export interface TagOrder {
  /** Tags in order of first appearance. */
  readonly tagIds: readonly number[];
  /** Samples per tag. */
  readonly runs: readonly number[];
  /** Grouped position -> position in the batch; undefined when the batch is grouped already. */
  readonly positions: Uint32Array | undefined;
}

export function tagOrderOf(tagIds: Int32Array): { order: TagOrder; indexes: Uint32Array } {
  const known = new Map<number, number>();
  const runs: number[] = [];
  const indexes = new Uint32Array(tagIds.length);
  let grouped = true;
  let lastTag = NaN;
  let lastIndex = -1;
  for (let i = 0; i < tagIds.length; i++) {
    const tagId = tagIds[i] ?? 0;
    if (tagId !== lastTag) {
      let index = known.get(tagId);
      if (index === undefined) {
        index = runs.length;
        known.set(tagId, index);
        runs.push(0);
      } else grouped = false;
      lastTag = tagId;
      lastIndex = index;
    }
    indexes[i] = lastIndex;
    runs[lastIndex] = (runs[lastIndex] ?? 0) + 1;
  }
  const positions = grouped ? undefined : positionsOf(indexes, runs);
  return { order: { tagIds: [...known.keys()], runs, positions }, indexes };
}

export function writeTagOrder(writer: ByteWriter, { order, indexes }: { order: TagOrder; indexes: Uint32Array }): void {
  const count = indexes.length;
  const tags = order.tagIds.length;
  writer.varint(count);
  writer.varint(tags);
  order.tagIds.forEach((tagId, i) => writer.signed(tagId - (order.tagIds[i - 1] ?? 0)));
  if (order.positions === undefined) {
    writer.u8(GROUPED);
    for (const length of order.runs) writer.varint(length);
  } else if (indexes.every((index, i) => index === i % tags)) {
    writer.u8(CYCLE);
  } else {
    writer.u8(PLAIN);
    writeIntegers(writer, Float64Array.from(indexes), count);
  }
}

export function readTagOrder(reader: ByteReader, maxSamples: number): TagOrder & { count: number } {
  const count = reader.count(maxSamples, 'samples');
  const tags = reader.count(count, 'tags');
  if (count > 0 && tags === 0) throw new BatchCodecError('BATCH_CORRUPT', 'The batch has samples of no tag');
  const tagIds: number[] = [];
  for (let i = 0; i < tags; i++) tagIds.push(int32((tagIds[i - 1] ?? 0) + reader.signed()));
  if (new Set(tagIds).size !== tags) throw new BatchCodecError('BATCH_CORRUPT', 'The batch names a tag twice');
  const form = reader.u8();
  if (form === GROUPED) return { count, tagIds, runs: readRuns(reader, count, tags), positions: undefined };
  const indexes = form === CYCLE ? cycle(count, tags) : form === PLAIN ? readIntegers(reader, count) : undefined;
  if (indexes === undefined) throw new BatchCodecError('BATCH_CORRUPT', `Tag order ${form} is unknown`);
  const runs = tagIds.map(() => 0);
  for (const index of indexes) {
    const run = runs[index];
    if (run === undefined) throw new BatchCodecError('BATCH_CORRUPT', 'A sample belongs to no tag of the batch');
    runs[index] = run + 1;
  }
  if (runs.includes(0)) throw new BatchCodecError('BATCH_CORRUPT', 'A tag of the batch has no sample');
  return { count, tagIds, runs, positions: positionsOf(indexes, runs) };
}

function readRuns(reader: ByteReader, count: number, tags: number): number[] {
  const runs: number[] = [];
  let sum = 0;
  for (let i = 0; i < tags; i++) {
    const length = reader.varint();
    if (length === 0) throw new BatchCodecError('BATCH_CORRUPT', 'A tag of the batch has no sample');
    sum += length;
    runs.push(length);
  }
  if (sum !== count)
    throw new BatchCodecError('BATCH_CORRUPT', `The tags of the batch have ${sum} of ${count} samples`);
  return runs;
}

function cycle(count: number, tags: number): Uint32Array {
  const indexes = new Uint32Array(count);
  for (let i = 0; i < count; i++) indexes[i] = i % tags;
  return indexes;
}

function positionsOf(indexes: Uint32Array | Float64Array, runs: readonly number[]): Uint32Array {
  const next = new Uint32Array(runs.length);
  for (let run = 1; run < runs.length; run++) next[run] = (next[run - 1] ?? 0) + (runs[run - 1] ?? 0);
  const positions = new Uint32Array(indexes.length);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] ?? 0;
    const to = next[index] ?? 0;
    positions[to] = i;
    next[index] = to + 1;
  }
  return positions;
}

function int32(value: number): number {
  if ((value | 0) !== value) throw new BatchCodecError('BATCH_CORRUPT', `Tag id ${value} is out of range`);
  return value;
}

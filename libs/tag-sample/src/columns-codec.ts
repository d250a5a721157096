import { BatchCodecError } from './batch-codec.error.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { MAGIC, seal, unseal } from './frame.js';
import type { SampleColumns } from './sample.js';
import { readTagOrder, tagOrderOf, writeTagOrder } from './tag-order.js';
import { readTimes, TIME_LIMIT_US, writeTimes } from './time-column.js';
import { readValues, writeValues } from './value-column.js';

/** Most samples in one encoded piece, whatever its bytes claim. */
export const MAX_ENCODED_SAMPLES = 131_072;

export function writeColumns(writer: ByteWriter, columns: SampleColumns): void {
  check(columns);
  const tags = tagOrderOf(columns.tagIds);
  const { positions, runs } = tags.order;
  writeTagOrder(writer, tags);
  writeTimes(writer, gather(columns.sourceTimesUs, positions), runs);
  writeTimes(writer, gather(columns.serverTimesUs, positions), runs);
  writeStatuses(writer, columns.statuses, positions);
  writeValues(writer, gather(columns.values, positions), runs);
}

export function readColumns(reader: ByteReader): SampleColumns {
  const { count, tagIds, runs, positions } = readTagOrder(reader, MAX_ENCODED_SAMPLES);
  const sourceTimesUs = readTimes(reader, count, runs);
  const serverTimesUs = readTimes(reader, count, runs);
  const statuses = readStatuses(reader, count);
  const values = readValues(reader, count, runs);
  const tagColumn = new Int32Array(count);
  let at = 0;
  runs.forEach((length, run) => tagColumn.fill(tagIds[run] ?? 0, at, (at += length)));
  return {
    tagIds: scatter(tagColumn, positions, new Int32Array(positions ? count : 0)),
    values: scatter(values, positions, new Float64Array(positions ? count : 0)),
    sourceTimesUs: scatter(sourceTimesUs, positions, new Float64Array(positions ? count : 0)),
    serverTimesUs: scatter(serverTimesUs, positions, new Float64Array(positions ? count : 0)),
    statuses: scatter(statuses, positions, new Uint32Array(positions ? count : 0)),
  };
}

/** Columns alone, for a chunk of history. `level` is the zstd level. */
export function packColumns(columns: SampleColumns, level = 3): Buffer {
  const writer = new ByteWriter(64 + columns.tagIds.length * 16);
  writeColumns(writer, columns);
  return seal(MAGIC.columns, writer.done(), level);
}

/** Throws BatchCodecError when the bytes are not what packColumns made. */
export function unpackColumns(bytes: Uint8Array): SampleColumns {
  const reader = new ByteReader(unseal(MAGIC.columns, bytes));
  const columns = readColumns(reader);
  reader.end();
  return columns;
}

function writeStatuses(writer: ByteWriter, statuses: Uint32Array, positions: Uint32Array | undefined): void {
  const runs: number[] = [];
  for (let i = 0; i < statuses.length; i++) {
    const status = statuses[positions?.[i] ?? i] ?? 0;
    if (runs.length > 0 && runs[runs.length - 2] === status) runs[runs.length - 1] = (runs[runs.length - 1] ?? 0) + 1;
    else runs.push(status, 1);
  }
  writer.varint(runs.length / 2);
  for (let i = 0; i < runs.length; i += 2) {
    writer.u32(runs[i] ?? 0);
    writer.varint(runs[i + 1] ?? 0);
  }
}

function readStatuses(reader: ByteReader, count: number): Uint32Array {
  const statuses = new Uint32Array(count);
  const runs = reader.count(count, 'status runs');
  let at = 0;
  for (let i = 0; i < runs; i++) {
    const status = reader.u32();
    const length = reader.count(count - at, 'statuses');
    statuses.fill(status, at, at + length);
    at += length;
  }
  if (at !== count) throw new BatchCodecError('BATCH_CORRUPT', `The batch has ${at} of ${count} statuses`);
  return statuses;
}

function gather(column: Float64Array, positions: Uint32Array | undefined): Float64Array {
  if (positions === undefined) return column;
  const grouped = new Float64Array(column.length);
  for (let i = 0; i < grouped.length; i++) grouped[i] = column[positions[i] ?? 0] ?? 0;
  return grouped;
}

function scatter<C extends Int32Array | Float64Array | Uint32Array>(
  grouped: C,
  positions: Uint32Array | undefined,
  column: C,
): C {
  if (positions === undefined) return grouped;
  for (let i = 0; i < grouped.length; i++) column[positions[i] ?? 0] = grouped[i] ?? 0;
  return column;
}

function check(columns: SampleColumns): void {
  const count = columns.tagIds.length;
  if (count > MAX_ENCODED_SAMPLES) {
    throw new BatchCodecError('BATCH_TOO_LARGE', `${count} samples are more than ${MAX_ENCODED_SAMPLES}`);
  }
  const { values, sourceTimesUs, serverTimesUs, statuses } = columns;
  if ([values, sourceTimesUs, serverTimesUs, statuses].some((column) => column.length !== count)) {
    throw new BatchCodecError('BATCH_INVALID', 'The columns of a batch have different lengths');
  }
  for (const times of [sourceTimesUs, serverTimesUs]) {
    for (let i = 0; i < count; i++) {
      const time = times[i] ?? NaN;
      if (!Number.isInteger(time) || Math.abs(time) > TIME_LIMIT_US) {
        throw new BatchCodecError(
          'BATCH_INVALID',
          `Tag ${columns.tagIds[i]} has a time of ${time} µs, which is no whole microsecond within ±2^52`,
        );
      }
    }
  }
}

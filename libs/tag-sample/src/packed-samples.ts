import { crc32 } from 'node:zlib';
import { BatchCodecError } from './batch-codec.error.js';
import { BitReader } from './bit-reader.js';
import { BitWriter } from './bit-writer.js';
import { MAX_ENCODED_SAMPLES } from './columns-codec.js';
import { integerColumnBits, readIntegerColumn, writeIntegerColumn } from './integer-column.js';
import { readNumberColumn, writeNumberColumn } from './number-column.js';
import type { SampleColumns } from './sample.js';
import { emptyColumns } from './sample-columns.js';
import { TIME_LIMIT_US } from './time-column.js';

/** 'TP', big-endian. */
export const PACKED_MAGIC = 0x5450;
const VERSION = 1;
const HEADER_BYTES = 16;
const CHECKSUM_BYTES = 4;
/** Samples that share one width: fewer cost more headers, more let a single jump widen many. */
const BLOCK = 256;
const UNITS = [1, 1_000, 1_000_000] as const;
/** Gateway times by themselves, or as the delay behind the device's. */
const OWN = 0;
const DELAY = 1;

const work = { source: new Float64Array(BLOCK), server: new Float64Array(BLOCK), index: new Float64Array(BLOCK) };

/**
 * Samples of one tag without entropy coding, so that plain SQL can read them too; big-endian:
 * magic u16 · version u8 · unit of source times u4, of server times u4 · count u32 · origin of the times in µs, zigzag u64 ·
 * blocks of 256 samples · CRC32 of all before u32. Throws BatchCodecError on times that are no whole microseconds.
 */
export function packSamples(columns: SampleColumns): Buffer {
  const count = columns.tagIds.length;
  check(columns);
  const writer = new BitWriter(64 + count * 3);
  const sourceUnit = unitOf(columns.sourceTimesUs);
  const serverUnit = unitOf(columns.serverTimesUs);
  const originUs = originOf(columns);
  writer.bytes(PACKED_MAGIC, 2);
  writer.u8(VERSION);
  writer.u8((sourceUnit << 4) | serverUnit);
  writer.bytes(count, 4);
  writer.bytes(originUs < 0 ? -2 * originUs - 1 : 2 * originUs, 8);
  const origin = { source: originUs / (UNITS[sourceUnit] ?? 1), server: Math.floor(originUs / (UNITS[serverUnit] ?? 1)) };
  for (let from = 0; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK);
    for (let i = from; i < to; i++) work.source[i - from] = (columns.sourceTimesUs[i] ?? 0) / (UNITS[sourceUnit] ?? 1) - origin.source;
    writeIntegerColumn(writer, work.source, to - from);
    writeServerTimes(writer, columns, from, to, { sourceUnit, serverUnit, origin: origin.server });
    writeStatuses(writer, columns.statuses, from, to);
    writeNumberColumn(writer, columns.values, from, to);
  }
  writer.bytes(crc32(writer.done()), CHECKSUM_BYTES);
  return writer.done();
}

/** Throws BatchCodecError when the bytes are not what packSamples made. `columnsOf` gives the columns to write: new ones, unless told. */
export function unpackSamples(tagId: number, bytes: Uint8Array, columnsOf: (count: number) => SampleColumns = emptyColumns): SampleColumns {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - CHECKSUM_BYTES;
  if (end < HEADER_BYTES) throw new BatchCodecError('BATCH_TRUNCATED', `${buffer.length} bytes are no samples`);
  if (buffer.readUInt16BE(0) !== PACKED_MAGIC || buffer[2] !== VERSION)
    throw new BatchCodecError('BATCH_UNKNOWN_FORMAT', 'The bytes are no packed samples of a known version');
  if (buffer.readUInt32BE(end) !== crc32(buffer.subarray(0, end)))
    throw new BatchCodecError('BATCH_CHECKSUM', 'The samples fail their checksum');
  const sourceUnit = UNITS[(buffer[3] ?? 0) >> 4];
  const serverUnit = UNITS[(buffer[3] ?? 0) & 15];
  const count = buffer.readUInt32BE(4);
  if (sourceUnit === undefined || serverUnit === undefined || count > MAX_ENCODED_SAMPLES)
    throw new BatchCodecError('BATCH_CORRUPT', `The samples claim an unknown unit or a count of ${count}`);
  const word = buffer.readUInt32BE(8) * 2 ** 32 + buffer.readUInt32BE(12);
  const originUs = word % 2 === 0 ? word / 2 : -(word + 1) / 2;
  const sourceOrigin = originUs / sourceUnit;
  const serverOrigin = Math.floor(originUs / serverUnit);
  const delayUnit = Math.min(sourceUnit, serverUnit);
  const columns = columnsOf(count);
  columns.tagIds.fill(tagId);
  const reader = new BitReader(buffer, HEADER_BYTES, end);
  for (let from = 0; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK);
    const source = readIntegerColumn(reader, to - from, work.source);
    for (let i = from; i < to; i++) columns.sourceTimesUs[i] = ((source[i - from] ?? 0) + sourceOrigin) * sourceUnit;
    const form = reader.u8();
    const server = readIntegerColumn(reader, to - from, work.server);
    if (form === OWN) for (let i = from; i < to; i++) columns.serverTimesUs[i] = ((server[i - from] ?? 0) + serverOrigin) * serverUnit;
    else if (form === DELAY)
      for (let i = from; i < to; i++) columns.serverTimesUs[i] = (columns.sourceTimesUs[i] ?? 0) + (server[i - from] ?? 0) * delayUnit;
    else throw new BatchCodecError('BATCH_CORRUPT', `Server times of form ${form} are unknown`);
    readStatuses(reader, columns.statuses, from, to);
    readNumberColumn(reader, columns.values, from, to);
  }
  reader.done();
  checkRange(columns);
  return columns;
}

function writeServerTimes(
  writer: BitWriter,
  { sourceTimesUs, serverTimesUs }: SampleColumns,
  from: number,
  to: number,
  { sourceUnit, serverUnit, origin }: { sourceUnit: number; serverUnit: number; origin: number },
): void {
  const count = to - from;
  const delayUnit = UNITS[Math.min(sourceUnit, serverUnit)] ?? 1;
  let exact = true;
  for (let i = 0; i < count; i++) {
    work.server[i] = (serverTimesUs[from + i] ?? 0) / (UNITS[serverUnit] ?? 1) - origin;
    const delay = ((serverTimesUs[from + i] ?? 0) - (sourceTimesUs[from + i] ?? 0)) / delayUnit;
    exact &&= Math.abs(delay) <= TIME_LIMIT_US;
    work.index[i] = delay;
  }
  // Stamps that are regular by themselves cost next to nothing.
  const ownBits = integerColumnBits(work.server, count);
  const behind = ownBits > 2 * count && exact && integerColumnBits(work.index, count) < ownBits;
  writer.u8(behind ? DELAY : OWN);
  writeIntegerColumn(writer, behind ? work.index : work.server, count);
}

/** u8 number of different ones less 1 · each u32 · with more than one: the index of each sample's. */
function writeStatuses(writer: BitWriter, statuses: Uint32Array, from: number, to: number): void {
  const known: number[] = [];
  for (let i = from; i < to; i++) {
    const status = statuses[i] ?? 0;
    let index = known.indexOf(status);
    if (index < 0) index = known.push(status) - 1;
    work.index[i - from] = index;
  }
  writer.u8(known.length - 1);
  for (const status of known) writer.bytes(status, 4);
  if (known.length > 1) writeIntegerColumn(writer, work.index, to - from);
}

function readStatuses(reader: BitReader, statuses: Uint32Array, from: number, to: number): void {
  const others = reader.u8();
  const first = reader.bytes(4);
  if (others === 0) {
    statuses.fill(first, from, to);
    return;
  }
  const known = [first, ...Array.from({ length: others }, () => reader.bytes(4))];
  const indexes = readIntegerColumn(reader, to - from, work.index);
  for (let i = from; i < to; i++) {
    const status = known[indexes[i - from] ?? -1];
    if (status === undefined) throw new BatchCodecError('BATCH_CORRUPT', 'A status of the samples is unknown');
    statuses[i] = status;
  }
}

/** The first source time, unless a stray clock is so far away that differences to it would not be exact. */
function originOf({ sourceTimesUs, serverTimesUs }: SampleColumns): number {
  const first = sourceTimesUs[0] ?? 0;
  const near = (time: number): boolean => Math.abs(time - first) < TIME_LIMIT_US / 2;
  return sourceTimesUs.every(near) && serverTimesUs.every(near) ? first : 0;
}

function unitOf(times: Float64Array): number {
  let unit = UNITS.length - 1;
  for (let i = 0; i < times.length && unit > 0; i++) while (unit > 0 && (times[i] ?? 0) % (UNITS[unit] ?? 1) !== 0) unit--;
  return unit;
}

function check(columns: SampleColumns): void {
  const count = columns.tagIds.length;
  if (count > MAX_ENCODED_SAMPLES)
    throw new BatchCodecError('BATCH_TOO_LARGE', `${count} samples are more than ${MAX_ENCODED_SAMPLES}`);
  const { values, sourceTimesUs, serverTimesUs, statuses } = columns;
  if ([values, sourceTimesUs, serverTimesUs, statuses].some((column) => column.length !== count))
    throw new BatchCodecError('BATCH_INVALID', 'The columns of the samples have different lengths');
  checkTimes(columns);
}

function checkTimes({ sourceTimesUs, serverTimesUs }: SampleColumns): void {
  for (const times of [sourceTimesUs, serverTimesUs]) {
    for (const time of times)
      if (!(time <= TIME_LIMIT_US && time >= -TIME_LIMIT_US) || Math.floor(time) !== time)
        throw new BatchCodecError('BATCH_INVALID', `A time of ${time} µs is no whole microsecond within ±2^52`);
  }
}

/** Unpacked times are whole by themselves: products and sums of whole numbers. */
function checkRange({ sourceTimesUs, serverTimesUs }: SampleColumns): void {
  for (let i = 0; i < sourceTimesUs.length; i++) {
    const source = sourceTimesUs[i] ?? NaN;
    const server = serverTimesUs[i] ?? NaN;
    if (!(source <= TIME_LIMIT_US && source >= -TIME_LIMIT_US && server <= TIME_LIMIT_US && server >= -TIME_LIMIT_US))
      throw new BatchCodecError('BATCH_CORRUPT', `A time of ${source} or ${server} µs is not within ±2^52`);
  }
}

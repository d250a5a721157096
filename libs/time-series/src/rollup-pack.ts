import { crc32 } from 'node:zlib';
import {
  BatchCodecError,
  BitReader,
  BitWriter,
  decimalsOf,
  POWERS,
  readIntegerColumn,
  readNumberColumn,
  writeIntegerColumn,
  writeNumberColumn,
} from '@telltale/tag-sample';
import { RollupRows } from './rollup-rows.js';

/** 'TR', big-endian. */
const MAGIC = 0x5452;
const VERSION = 1;
const HEADER_BYTES = 18;
const CHECKSUM_BYTES = 4;
const MOST_ROWS = 1_440;
const UNITS = [1, 1_000, 1_000_000] as const;
/** Form of the values: number of decimals, or five columns of any doubles. */
const DOUBLES = 64;
const WITH_INTEGRAL = 1;
const WITH_REVISION = 2;

const work = new Float64Array(MOST_ROWS);

/**
 * Rollup rows of one tag that plain SQL can read, big-endian: magic u16 · version u8 · flags u8 (1 integral, 2 revision) ·
 * unit of the times u8 · form of the values u8 · rows u16 · width in seconds u32, start of the first bucket in seconds, +2^40, u48 ·
 * columns of whole numbers: bucket, n, n - good, first time, last time (both behind the bucket's start), covered time missing
 * between them, last is good · the values · integral · revision · CRC32 of all before u32.
 * Decimals: min, and above it max, first, last; sum above good × min. Each column is a writeIntegerColumn.
 */
export function packRollups(rows: RollupRows, widthUs: number, keep: { readonly settled: boolean }): Buffer {
  const count = rows.length;
  if (count > MOST_ROWS) throw new RangeError(`${count} rows are more than ${MOST_ROWS}`);
  const writer = new BitWriter(64 + count * 16);
  const unit = unitOf(rows);
  const unitUs = UNITS[unit] ?? 1;
  const originUs = rows.bucketUs[0] ?? 0;
  const scale = scaleOf(rows);
  const revised = keep.settled && rows.revision.subarray(0, count).some((revision) => revision > 0);
  writer.bytes(MAGIC, 2);
  writer.u8(VERSION);
  writer.u8((keep.settled ? WITH_INTEGRAL : 0) | (revised ? WITH_REVISION : 0));
  writer.u8(unit);
  writer.u8(scale ?? DOUBLES);
  writer.bytes(count, 2);
  writer.bytes(widthUs / 1e6, 4);
  writer.bytes(originUs / 1e6 + 2 ** 40, 6);
  const column = (value: (i: number) => number): void => {
    for (let i = 0; i < count; i++) work[i] = value(i);
    writeIntegerColumn(writer, work, count);
  };
  const { bucketUs, n, good, firstUs, lastUs, heldUs, lastGood, revision } = rows;
  column((i) => ((bucketUs[i] ?? 0) - originUs) / widthUs);
  column((i) => n[i] ?? 0);
  column((i) => (n[i] ?? 0) - (good[i] ?? 0));
  column((i) => ((firstUs[i] ?? 0) - (bucketUs[i] ?? 0)) / unitUs);
  column((i) => ((lastUs[i] ?? 0) - (bucketUs[i] ?? 0)) / unitUs);
  column((i) => ((lastUs[i] ?? 0) - (firstUs[i] ?? 0) - (heldUs[i] ?? 0)) / unitUs);
  column((i) => lastGood[i] ?? 0);
  if (scale === undefined) {
    for (const values of [rows.min, rows.max, rows.first, rows.last, rows.sum]) writeNumberColumn(writer, values, 0, count);
  } else writeDecimals(rows, POWERS[scale] ?? 1, column);
  if (keep.settled) writeNumberColumn(writer, rows.integral, 0, count);
  if (revised) column((i) => revision[i] ?? 0);
  writer.bytes(crc32(writer.done()), CHECKSUM_BYTES);
  return writer.done();
}

function writeDecimals(rows: RollupRows, power: number, column: (value: (i: number) => number) => void): void {
  const { good, sum } = rows;
  // Where no sample is good the row before stays, which costs least.
  const lows = new Float64Array(rows.length);
  let before = NaN;
  for (let i = 0; i < rows.length && before !== before; i++) before = scaled(rows.min[i], power);
  for (let i = 0; i < rows.length; i++) lows[i] = before = (good[i] ?? 0) > 0 ? scaled(rows.min[i], power) : before;
  column((i) => lows[i] || 0);
  for (const values of [rows.max, rows.first, rows.last])
    column((i) => ((good[i] ?? 0) > 0 ? scaled(values[i], power) - (lows[i] ?? 0) : 0));
  column((i) => ((good[i] ?? 0) > 0 ? scaled(sum[i], power) - (good[i] ?? 0) * (lows[i] ?? 0) : 0));
}

const scaled = (value: number | undefined, power: number): number => Math.round((value ?? 0) * power) + 0;

/** Throws BatchCodecError when the bytes are not what packRollups made. */
export function unpackRollups(bytes: Uint8Array): RollupRows {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - CHECKSUM_BYTES;
  if (end < HEADER_BYTES) throw new BatchCodecError('BATCH_TRUNCATED', `${buffer.length} bytes are no rollups`);
  if (buffer.readUInt16BE(0) !== MAGIC || buffer[2] !== VERSION)
    throw new BatchCodecError('BATCH_UNKNOWN_FORMAT', 'The bytes are no rollups of a known version');
  if (buffer.readUInt32BE(end) !== crc32(buffer.subarray(0, end)))
    throw new BatchCodecError('BATCH_CHECKSUM', 'The rollups fail their checksum');
  const flags = buffer[3] ?? 0;
  const unitUs = UNITS[buffer[4] ?? 0];
  const form = buffer[5] ?? 0;
  const count = buffer.readUInt16BE(6);
  const power = POWERS[form];
  if (unitUs === undefined || count > MOST_ROWS || (power === undefined && form !== DOUBLES))
    throw new BatchCodecError('BATCH_CORRUPT', 'The rollups have an unknown form');
  const widthUs = buffer.readUInt32BE(8) * 1e6;
  const originUs = (buffer.readUIntBE(12, 6) - 2 ** 40) * 1e6;
  const rows = new RollupRows(count);
  rows.length = count;
  const reader = new BitReader(buffer, HEADER_BYTES, end);
  const { bucketUs, n, good, min, firstUs, lastUs, heldUs, lastGood, revision, integral } = rows;
  readIntegerColumn(reader, count, bucketUs);
  readIntegerColumn(reader, count, n);
  readIntegerColumn(reader, count, good);
  readIntegerColumn(reader, count, firstUs);
  readIntegerColumn(reader, count, lastUs);
  readIntegerColumn(reader, count, heldUs);
  readIntegerColumn(reader, count, work);
  for (let i = 0; i < count; i++) {
    const start = originUs + (bucketUs[i] ?? 0) * widthUs;
    bucketUs[i] = start;
    good[i] = (n[i] ?? 0) - (good[i] ?? 0);
    firstUs[i] = start + (firstUs[i] ?? 0) * unitUs;
    lastUs[i] = start + (lastUs[i] ?? 0) * unitUs;
    heldUs[i] = (lastUs[i] ?? 0) - (firstUs[i] ?? 0) - (heldUs[i] ?? 0) * unitUs;
    lastGood[i] = work[i] ?? 0;
  }
  if (power === undefined) {
    for (const values of [min, rows.max, rows.first, rows.last, rows.sum]) readNumberColumn(reader, values, 0, count);
  } else {
    const lows = readIntegerColumn(reader, count);
    for (const values of [rows.max, rows.first, rows.last]) {
      readIntegerColumn(reader, count, values);
      for (let i = 0; i < count; i++) values[i] = (good[i] ?? 0) > 0 ? ((values[i] ?? 0) + (lows[i] ?? 0)) / power : NaN;
    }
    readIntegerColumn(reader, count, rows.sum);
    for (let i = 0; i < count; i++) {
      rows.sum[i] = (good[i] ?? 0) > 0 ? ((rows.sum[i] ?? 0) + (good[i] ?? 0) * (lows[i] ?? 0)) / power : 0;
      min[i] = (good[i] ?? 0) > 0 ? (lows[i] ?? 0) / power : NaN;
    }
  }
  if ((flags & WITH_INTEGRAL) !== 0) readNumberColumn(reader, integral, 0, count);
  else integral.fill(NaN);
  if ((flags & WITH_REVISION) !== 0) readIntegerColumn(reader, count, revision);
  reader.done();
  return rows;
}

/** Decimals that all values, and sums, of good rows have; undefined when they have none or are too large. */
function scaleOf(rows: RollupRows): number | undefined {
  const digits = [rows.min, rows.max, rows.first, rows.last, rows.sum].map((values) => decimalsOf(values, 0, rows.length));
  let most = 0;
  for (const own of digits) {
    if (own === undefined) return undefined;
    most = Math.max(most, own);
  }
  const power = POWERS[most] ?? 1;
  // At the common scale each must still be exact, and good × min as well.
  for (let i = 0; i < rows.length; i++) {
    for (const values of [rows.min, rows.max, rows.first, rows.last, rows.sum]) {
      const value = values[i] ?? 0;
      if (value === value && !(Math.abs(value * power) < 2 ** 50)) return undefined;
    }
    if (Math.abs((rows.min[i] || 0) * power) * (rows.good[i] ?? 0) >= 2 ** 50) return undefined;
  }
  return most;
}

function unitOf({ length, firstUs, lastUs, heldUs }: RollupRows): number {
  let unit = UNITS.length - 1;
  for (let i = 0; i < length && unit > 0; i++) {
    for (const times of [firstUs, lastUs, heldUs]) while (unit > 0 && (times[i] ?? 0) % (UNITS[unit] ?? 1) !== 0) unit--;
  }
  return unit;
}

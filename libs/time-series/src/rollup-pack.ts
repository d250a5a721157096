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
const column = (): Float64Array => new Float64Array(MOST_ROWS);
/** Unpacked columns of one call. */
const scratch = {
  index: column(),
  n: column(),
  bad: column(),
  first: column(),
  last: column(),
  missing: column(),
  lastGood: column(),
  a: column(),
  b: column(),
  c: column(),
  d: column(),
  e: column(),
  integral: column(),
  revision: column(),
};

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
  const write = (value: (i: number) => number): void => {
    for (let i = 0; i < count; i++) work[i] = value(i);
    writeIntegerColumn(writer, work, count);
  };
  const { bucketUs, n, good, firstUs, lastUs, heldUs, lastGood, revision } = rows;
  write((i) => ((bucketUs[i] ?? 0) - originUs) / widthUs);
  write((i) => n[i] ?? 0);
  write((i) => (n[i] ?? 0) - (good[i] ?? 0));
  write((i) => ((firstUs[i] ?? 0) - (bucketUs[i] ?? 0)) / unitUs);
  write((i) => ((lastUs[i] ?? 0) - (bucketUs[i] ?? 0)) / unitUs);
  write((i) => ((lastUs[i] ?? 0) - (firstUs[i] ?? 0) - (heldUs[i] ?? 0)) / unitUs);
  write((i) => lastGood[i] ?? 0);
  if (scale === undefined) {
    for (const values of [rows.min, rows.max, rows.first, rows.last, rows.sum]) writeNumberColumn(writer, values, 0, count);
  } else writeDecimals(rows, POWERS[scale] ?? 1, write);
  if (keep.settled) writeNumberColumn(writer, rows.integral, 0, count);
  if (revised) write((i) => revision[i] ?? 0);
  writer.bytes(crc32(writer.done()), CHECKSUM_BYTES);
  return writer.done();
}

function writeDecimals(rows: RollupRows, power: number, write: (value: (i: number) => number) => void): void {
  const { good, sum } = rows;
  // Where no sample is good the row before stays, which costs least.
  const lows = new Float64Array(rows.length);
  let before = NaN;
  for (let i = 0; i < rows.length && before !== before; i++) before = scaled(rows.min[i], power);
  for (let i = 0; i < rows.length; i++) lows[i] = before = (good[i] ?? 0) > 0 ? scaled(rows.min[i], power) : before;
  write((i) => lows[i] || 0);
  for (const values of [rows.max, rows.first, rows.last])
    write((i) => ((good[i] ?? 0) > 0 ? scaled(values[i], power) - (lows[i] ?? 0) : 0));
  write((i) => ((good[i] ?? 0) > 0 ? scaled(sum[i], power) - (good[i] ?? 0) * (lows[i] ?? 0) : 0));
}

const scaled = (value: number | undefined, power: number): number => Math.round((value ?? 0) * power) + 0;

/** How many rows the bytes claim to hold; 0 when they can't be read. */
export const rowsPacked = (bytes: Buffer): number => (bytes.length < HEADER_BYTES ? 0 : Math.min(MOST_ROWS, bytes.readUInt16BE(6)));

/** Throws BatchCodecError when the bytes are not what packRollups made. */
export function unpackRollups(bytes: Buffer): RollupRows {
  const rows = new RollupRows(rowsPacked(bytes));
  unpackInto(rows, bytes, -Infinity, Infinity);
  return rows;
}

/** Adds the rows with a bucket in [fromUs, toUs) behind those that are there already; there must be room. */
export function unpackInto(rows: RollupRows, buffer: Buffer, fromUs: number, toUs: number): void {
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
  const reader = new BitReader(buffer, HEADER_BYTES, end);
  const column = (name: keyof typeof scratch): Float64Array => readIntegerColumn(reader, count, scratch[name]);
  const index = column('index');
  const n = column('n');
  const bad = column('bad');
  const first = column('first');
  const last = column('last');
  const missing = column('missing');
  const lastGood = column('lastGood');
  const [low, top, opening, closing, sum] = [scratch.a, scratch.b, scratch.c, scratch.d, scratch.e];
  for (const values of [low, top, opening, closing, sum]) {
    if (power === undefined) readNumberColumn(reader, values, 0, count);
    else readIntegerColumn(reader, count, values);
  }
  const { integral, revision } = scratch;
  if ((flags & WITH_INTEGRAL) !== 0) readNumberColumn(reader, integral, 0, count);
  else integral.fill(NaN, 0, count);
  if ((flags & WITH_REVISION) !== 0) readIntegerColumn(reader, count, revision);
  else revision.fill(0, 0, count);
  reader.done();
  let at = rows.length;
  for (let i = 0; i < count; i++) {
    const startUs = originUs + (index[i] ?? 0) * widthUs;
    if (startUs < fromUs || startUs >= toUs) continue;
    const good = (n[i] ?? 0) - (bad[i] ?? 0);
    const firstUs = startUs + (first[i] ?? 0) * unitUs;
    const lastUs = startUs + (last[i] ?? 0) * unitUs;
    rows.bucketUs[at] = startUs;
    rows.n[at] = n[i] ?? 0;
    rows.good[at] = good;
    rows.firstUs[at] = firstUs;
    rows.lastUs[at] = lastUs;
    rows.heldUs[at] = lastUs - firstUs - (missing[i] ?? 0) * unitUs;
    rows.lastGood[at] = lastGood[i] ?? 0;
    rows.integral[at] = integral[i] ?? NaN;
    rows.revision[at] = revision[i] ?? 0;
    const base = power === undefined ? 0 : (low[i] ?? 0);
    const divisor = power ?? 1;
    rows.min[at] = good > 0 ? (low[i] ?? NaN) / divisor : NaN;
    rows.max[at] = good > 0 ? ((top[i] ?? NaN) + base) / divisor : NaN;
    rows.first[at] = good > 0 ? ((opening[i] ?? NaN) + base) / divisor : NaN;
    rows.last[at] = good > 0 ? ((closing[i] ?? NaN) + base) / divisor : NaN;
    rows.sum[at] = good > 0 ? ((sum[i] ?? NaN) + good * base) / divisor : 0;
    at++;
  }
  rows.length = at;
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

import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { BatchCodecError } from './batch-codec.error.js';

const TWO_32 = 4_294_967_296;
/** Integers below it fit, zigzagged, into 32 bits. */
const SMALL = 0x40000000;

/** 64-bit words as two halves; planes of equal bytes compress well. */
export interface Words {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

export const wordsOf = (count: number): Words => ({ low: new Uint32Array(count), high: new Uint32Array(count) });

/** Byte planes, lowest first; all-zero top planes are left out. */
export function writeWords(writer: ByteWriter, { low, high }: Words, count: number): void {
  let lowBits = 0;
  let highBits = 0;
  for (let i = 0; i < count; i++) {
    lowBits |= low[i] ?? 0;
    highBits |= high[i] ?? 0;
  }
  const planes = highBits !== 0 ? 4 + bytesOf(highBits) : bytesOf(lowBits);
  writer.u8(planes);
  writePlanes(writer, low, count, Math.min(planes, 4));
  writePlanes(writer, high, count, planes - 4);
}

export function readWords(reader: ByteReader, count: number): Words {
  const planes = planesOf(reader);
  const words = wordsOf(count);
  readPlanes(reader, words.low, count, Math.min(planes, 4));
  readPlanes(reader, words.high, count, planes - 4);
  return words;
}

/** Signed integers with |x| <= 2^53 as zigzag words. */
export function writeIntegers(writer: ByteWriter, integers: Float64Array, count: number): void {
  let small = true;
  for (let i = 0; i < count && small; i++) {
    const value = integers[i] ?? 0;
    small = value < SMALL && value >= -SMALL;
  }
  if (small) writeSmall(writer, integers, count);
  else writeLarge(writer, integers, count);
}

function writeSmall(writer: ByteWriter, integers: Float64Array, count: number): void {
  let bits = 0;
  const low = lowScratch(count);
  for (let i = 0; i < count; i++) {
    const value = (integers[i] ?? 0) | 0;
    const zigzag = (value << 1) ^ (value >> 31);
    low[i] = zigzag;
    bits |= zigzag;
  }
  const planes = bytesOf(bits);
  writer.u8(planes);
  writePlanes(writer, low, count, planes);
}

function writeLarge(writer: ByteWriter, integers: Float64Array, count: number): void {
  const words = wordsOf(count);
  for (let i = 0; i < count; i++) {
    const value = integers[i] ?? 0;
    const low = value >>> 0;
    const high = Math.floor(value / TWO_32) | 0;
    const sign = high >> 31;
    words.low[i] = (low << 1) ^ sign;
    words.high[i] = ((high << 1) | (low >>> 31)) ^ sign;
  }
  writeWords(writer, words, count);
}

/** Reads `count` integers into the front of `target`. */
export function readIntegers(
  reader: ByteReader,
  count: number,
  target: Float64Array = new Float64Array(count),
): Float64Array {
  const planes = planesOf(reader);
  if (planes === 0) return target.fill(0, 0, count);
  const low = lowScratch(count).fill(0, 0, count);
  readPlanes(reader, low, count, Math.min(planes, 4));
  if (planes <= 4) {
    for (let i = 0; i < count; i++) {
      const word = low[i] ?? 0;
      target[i] = (word & 1) === 0 ? word >>> 1 : -(word >>> 1) - 1;
    }
    return target;
  }
  const high = new Uint32Array(count);
  readPlanes(reader, high, count, planes - 4);
  for (let i = 0; i < count; i++) {
    const l = low[i] ?? 0;
    const h = high[i] ?? 0;
    const sign = -(l & 1);
    target[i] = ((h >>> 1) ^ sign) * TWO_32 + ((((l >>> 1) | (h << 31)) ^ sign) >>> 0);
  }
  return target;
}

function writePlanes(writer: ByteWriter, half: Uint32Array, count: number, planes: number): void {
  for (let plane = 0; plane < planes; plane++) {
    const shift = plane * 8;
    const region = writer.reserve(count);
    for (let i = 0; i < count; i++) region[i] = (half[i] ?? 0) >>> shift;
  }
}

function readPlanes(reader: ByteReader, half: Uint32Array, count: number, planes: number): void {
  for (let plane = 0; plane < planes; plane++) {
    const shift = plane * 8;
    const region = reader.take(count);
    for (let i = 0; i < count; i++) half[i] = (half[i] ?? 0) | ((region[i] ?? 0) << shift);
  }
}

function planesOf(reader: ByteReader): number {
  const planes = reader.u8();
  if (planes > 8) throw new BatchCodecError('BATCH_CORRUPT', `A column has ${planes} planes`);
  return planes;
}

/** Typed arrays are dear to allocate: intermediate columns share one, which is never kept across a call. */
let shared = new Uint32Array(4_096);
function lowScratch(count: number): Uint32Array {
  if (shared.length < count) shared = new Uint32Array(count * 2);
  return shared;
}

const bytesOf = (bits: number): number => (bits === 0 ? 0 : 4 - (Math.clz32(bits) >> 3));

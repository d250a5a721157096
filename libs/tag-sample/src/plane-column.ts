import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { BatchCodecError } from './batch-codec.error.js';

const TWO_32 = 4_294_967_296;

/** 64-bit words as two halves; planes of equal bytes compress well. */
export interface Words {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

export const wordsOf = (count: number): Words => ({ low: new Uint32Array(count), high: new Uint32Array(count) });

/** Byte planes, lowest first; all-zero top planes are left out. */
export function writeWords(writer: ByteWriter, words: Words, count: number): void {
  let lowBits = 0;
  let highBits = 0;
  for (let i = 0; i < count; i++) {
    lowBits |= words.low[i] ?? 0;
    highBits |= words.high[i] ?? 0;
  }
  const planes = highBits !== 0 ? 4 + bytesOf(highBits) : bytesOf(lowBits);
  writer.u8(planes);
  for (let plane = 0; plane < planes; plane++) {
    const half = plane < 4 ? words.low : words.high;
    const shift = (plane & 3) * 8;
    const region = writer.reserve(count);
    for (let i = 0; i < count; i++) region[i] = (half[i] ?? 0) >>> shift;
  }
}

export function readWords(reader: ByteReader, count: number): Words {
  const planes = reader.u8();
  if (planes > 8) throw new BatchCodecError('BATCH_CORRUPT', `A column has ${planes} planes`);
  const words = wordsOf(planes === 0 && count === 0 ? 0 : count);
  for (let plane = 0; plane < planes; plane++) {
    const half = plane < 4 ? words.low : words.high;
    const shift = (plane & 3) * 8;
    const region = reader.take(count);
    for (let i = 0; i < count; i++) half[i] = (half[i] ?? 0) | ((region[i] ?? 0) << shift);
  }
  return words;
}

/** Signed integers with |x| <= 2^53 as zigzag words. */
export function writeIntegers(writer: ByteWriter, integers: Float64Array, count: number): void {
  const words = wordsOf(count);
  for (let i = 0; i < count; i++) {
    const value = integers[i] ?? 0;
    const small = value | 0;
    if (small === value && small < 0x40000000 && small >= -0x40000000) {
      words.low[i] = (small << 1) ^ (small >> 31);
      continue;
    }
    const low = value >>> 0;
    const high = Math.floor(value / TWO_32) | 0;
    const sign = high >> 31;
    words.low[i] = (low << 1) ^ sign;
    words.high[i] = ((high << 1) | (low >>> 31)) ^ sign;
  }
  writeWords(writer, words, count);
}

export function readIntegers(reader: ByteReader, count: number): Float64Array {
  const { low, high } = readWords(reader, count);
  const integers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const l = low[i] ?? 0;
    const h = high[i] ?? 0;
    if (h === 0) {
      integers[i] = (l & 1) === 0 ? l >>> 1 : -(l >>> 1) - 1;
      continue;
    }
    const sign = -(l & 1);
    const magnitudeLow = ((l >>> 1) | (h << 31)) ^ sign;
    const magnitudeHigh = (h >>> 1) ^ sign;
    integers[i] = magnitudeHigh * TWO_32 + (magnitudeLow >>> 0);
  }
  return integers;
}

const bytesOf = (bits: number): number => (bits === 0 ? 0 : 4 - (Math.clz32(bits) >> 3));

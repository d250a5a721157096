import { BatchCodecError } from './batch-codec.error.js';
import type { BitReader } from './bit-reader.js';
import type { BitWriter } from './bit-writer.js';

/** Above a base · added up from one to the next · above a straight line. */
const BASE = 0;
const SUM = 1;
const LINE = 2;

/** Beyond it sums of doubles are no longer exact. */
const EXACT = 2 ** 52;

/** Work space shared by all calls and never kept across one: typed arrays are dear to allocate. */
let words = new Float64Array(1_024);
const wordsFor = (count: number): Float64Array => (words.length < count ? (words = new Float64Array(count * 2)) : words);

/**
 * The first `count` whole numbers of `integers` (|x| <= 2^52) in the fewest bits that one width for all allows:
 * u8 mode << 6 | width · u8 bytes of base << 4 | bytes of step · base, step (zigzag, big-endian) · words of `width` bits, to a whole byte.
 */
export function writeIntegerColumn(writer: BitWriter, integers: Float64Array, count: number): void {
  const choice = chosenForm(integers, count);
  const base = zigzag(choice.base);
  const step = zigzag(choice.step);
  const baseBytes = bytesOf(base);
  const stepBytes = bytesOf(step);
  writer.u8((choice.mode << 6) | choice.width);
  writer.u8((baseBytes << 4) | stepBytes);
  writer.bytes(base, baseBytes);
  writer.bytes(step, stepBytes);
  if (choice.width === 0) return;
  const skip = choice.mode === SUM ? 1 : 0;
  writer.words(wordsOf(integers, count, choice), skip, count, choice.width);
}

/** Bits that writeIntegerColumn needs for these numbers, about. */
export const integerColumnBits = (integers: Float64Array, count: number): number => costOf(chosenForm(integers, count), count);

/** Reads `count` whole numbers into the front of `target`. */
export function readIntegerColumn(
  reader: BitReader,
  count: number,
  target: Float64Array = new Float64Array(count),
): Float64Array {
  const head = reader.u8();
  const lengths = reader.u8();
  const width = head & 63;
  if (width > 54 || lengths >> 4 > 7 || (lengths & 15) > 7) {
    throw new BatchCodecError('BATCH_CORRUPT', 'A column of the samples has an unknown form');
  }
  const base = unzigzag(reader.bytes(lengths >> 4));
  const step = unzigzag(reader.bytes(lengths & 15));
  switch (head >> 6) {
    case BASE:
      reader.words(count, width, target);
      if (base !== 0) for (let i = 0; i < count; i++) target[i] = (target[i] ?? 0) + base;
      return target;
    case SUM: {
      const steps = wordsFor(count);
      reader.words(count - 1, width, steps);
      let sum = base;
      target[0] = sum;
      for (let i = 1; i < count; i++) target[i] = sum += step + (steps[i - 1] ?? 0);
      return target;
    }
    case LINE:
      reader.words(count, width, target);
      for (let i = 0, line = base; i < count; i++, line += step) target[i] = (target[i] ?? 0) + line;
      return target;
    default:
      throw new BatchCodecError('BATCH_CORRUPT', 'A column of the samples has an unknown form');
  }
}

interface Form {
  readonly mode: number;
  readonly width: number;
  readonly base: number;
  readonly step: number;
}

function chosenForm(integers: Float64Array, count: number): Form {
  const first = integers[0] ?? 0;
  const slope = count < 2 ? 0 : Math.round(((integers[count - 1] ?? 0) - first) / (count - 1));
  let low = Infinity;
  let high = -Infinity;
  let lowStep = Infinity;
  let highStep = -Infinity;
  let lowRest = Infinity;
  let highRest = -Infinity;
  let before = first;
  for (let i = 0, line = 0; i < count; i++, line += slope) {
    const value = integers[i] ?? 0;
    if (value < low) low = value;
    if (value > high) high = value;
    const rest = value - line;
    if (rest < lowRest) lowRest = rest;
    if (rest > highRest) highRest = rest;
    if (i > 0) {
      const step = value - before;
      if (step < lowStep) lowStep = step;
      if (step > highStep) highStep = step;
    }
    before = value;
  }
  const plain: Form = { mode: BASE, width: widthOf(high - low), base: count > 0 ? low : 0, step: 0 };
  const exact = Math.abs(low) < EXACT && Math.abs(high) < EXACT && high - low < EXACT / 2;
  if (count < 3 || plain.width === 0 || !exact) return plain;
  const line: Form = { mode: LINE, width: widthOf(highRest - lowRest), base: lowRest, step: slope };
  const sum: Form = { mode: SUM, width: widthOf(highStep - lowStep), base: first, step: lowStep };
  const safeLine = Math.abs(slope) * count < EXACT / 2 && Math.abs(lowRest) < EXACT;
  const best = safeLine && costOf(line, count) < costOf(plain, count) ? line : plain;
  return costOf(sum, count) < costOf(best, count) ? sum : best;
}

const costOf = ({ width, step }: Form, count: number): number => width * count + 8 * bytesOf(zigzag(step));

function wordsOf(integers: Float64Array, count: number, { mode, base, step }: Form): Float64Array {
  const target = wordsFor(count);
  let line = base;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const value = integers[i] ?? 0;
    target[i] = mode === SUM ? value - before - step : value - line;
    before = value;
    line += step;
  }
  return target;
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (word: number): number => (word % 2 === 0 ? word / 2 : -(word + 1) / 2);
const widthOf = (range: number): number =>
  range < 2 ** 31 ? 32 - Math.clz32(range) : range < 2 ** 32 ? 32 : 64 - Math.clz32(Math.floor(range / 2 ** 32));

function bytesOf(word: number): number {
  let bytes = 0;
  for (let rest = word; rest > 0; rest = Math.floor(rest / 256)) bytes++;
  return bytes;
}

import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { BatchCodecError } from './batch-codec.error.js';
import { FLOAT32, FLOAT64, formOf, POWERS } from './decimal-form.js';
import { readIntegers, readWords, wordsOf, writeIntegers, writeWords } from './plane-column.js';

const scratch = new ArrayBuffer(8);
const asDouble = new Float64Array(scratch);
const asFloat = new Float32Array(scratch);
const asWord = new Uint32Array(scratch);
const asInt = new Int32Array(scratch);

/** Per tag: decimals as scaled integer differences, float32 as bit differences, other doubles as XOR; NaN apart. */
export function writeValues(writer: ByteWriter, values: Float64Array, runs: readonly number[]): void {
  const forms = formsOf(values, runs);
  const room = roomFor(forms, runs);
  const decimals = new Float64Array(room.decimal);
  const floats = new Float64Array(room.float);
  const doubles = wordsOf(room.double);
  let decimalCount = 0;
  let floatCount = 0;
  let doubleCount = 0;
  let at = 0;
  const nans: number[] = [];
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) nans.push(i);
  for (let run = 0; run < runs.length; run++) {
    const form = forms[run] ?? 0;
    writer.u8(form);
    const end = at + (runs[run] ?? 0);
    if (form < POWERS.length) {
      const power = POWERS[form] ?? 1;
      let previous = 0;
      for (; at < end; at++) {
        const value = values[at] ?? 0;
        const scaled = value === value ? Math.round(value * power) : previous;
        decimals[decimalCount++] = scaled - previous;
        previous = scaled;
      }
    } else if (form === FLOAT32) {
      let previous = 0;
      for (; at < end; at++) {
        const value = values[at] ?? 0;
        if (value === value) asFloat[0] = value;
        else asInt[0] = previous;
        const bits = asInt[0] ?? 0;
        floats[floatCount++] = bits - previous;
        previous = bits;
      }
    } else {
      let low = 0;
      let high = 0;
      for (; at < end; at++, doubleCount++) {
        const value = values[at] ?? 0;
        if (value !== value) continue;
        asDouble[0] = value;
        doubles.low[doubleCount] = (asWord[0] ?? 0) ^ low;
        doubles.high[doubleCount] = (asWord[1] ?? 0) ^ high;
        low = asWord[0] ?? 0;
        high = asWord[1] ?? 0;
      }
    }
  }
  writeIntegers(writer, decimals, decimalCount);
  writeIntegers(writer, floats, floatCount);
  writeWords(writer, doubles, doubleCount);
  writer.varint(nans.length);
  nans.forEach((index, i) => writer.varint(index - (nans[i - 1] ?? 0)));
}

export function readValues(reader: ByteReader, count: number, runs: readonly number[]): Float64Array {
  const forms = runs.map(() => reader.u8());
  const counts = roomFor(forms, runs);
  const decimals = readIntegers(reader, counts.decimal);
  const floats = readIntegers(reader, counts.float);
  const doubles = readWords(reader, counts.double);
  const values = new Float64Array(count);
  let at = 0;
  let decimalAt = 0;
  let floatAt = 0;
  let doubleAt = 0;
  for (let run = 0; run < runs.length; run++) {
    const form = forms[run] ?? 0;
    const end = at + (runs[run] ?? 0);
    if (form < POWERS.length) {
      const power = POWERS[form] ?? 1;
      let scaled = 0;
      for (; at < end; at++) {
        scaled += decimals[decimalAt++] ?? 0;
        values[at] = scaled / power;
      }
    } else if (form === FLOAT32) {
      let bits = 0;
      for (; at < end; at++) {
        bits += floats[floatAt++] ?? 0;
        asInt[0] = bits;
        values[at] = asFloat[0] ?? 0;
      }
    } else {
      let low = 0;
      let high = 0;
      for (; at < end; at++, doubleAt++) {
        low ^= doubles.low[doubleAt] ?? 0;
        high ^= doubles.high[doubleAt] ?? 0;
        asWord[0] = low;
        asWord[1] = high;
        values[at] = asDouble[0] ?? 0;
      }
    }
  }
  const nans = reader.count(count, 'missing values');
  let index = 0;
  for (let i = 0; i < nans; i++) {
    index += reader.varint();
    if (index >= count) throw new BatchCodecError('BATCH_CORRUPT', 'A missing value lies outside the batch');
    values[index] = NaN;
  }
  return values;
}

function formsOf(values: Float64Array, runs: readonly number[]): number[] {
  let at = 0;
  return runs.map((length) => formOf(values, at, (at += length)));
}

/** How many values of each kind there are. */
function roomFor(
  forms: readonly number[],
  runs: readonly number[],
): { decimal: number; float: number; double: number } {
  const room = { decimal: 0, float: 0, double: 0 };
  forms.forEach((form, run) => (room[kindOf(form)] += runs[run] ?? 0));
  return room;
}

function kindOf(form: number): 'decimal' | 'float' | 'double' {
  if (form < POWERS.length) return 'decimal';
  if (form === FLOAT32) return 'float';
  if (form === FLOAT64) return 'double';
  throw new BatchCodecError('BATCH_CORRUPT', `Value form ${form} is unknown`);
}

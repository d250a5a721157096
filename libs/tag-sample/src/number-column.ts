import { BatchCodecError } from './batch-codec.error.js';
import type { BitReader } from './bit-reader.js';
import type { BitWriter } from './bit-writer.js';
import { FLOAT32, FLOAT64, formOf, POWERS } from './decimal-form.js';
import { readIntegerColumn, writeIntegerColumn } from './integer-column.js';

/** Set in the form when NaN are among the values. */
const WITH_NAN = 128;

const bytes = new ArrayBuffer(8);
const asDouble = new Float64Array(bytes);
const asFloat = new Float32Array(bytes);
const asInt = new Int32Array(bytes);
const asWord = new Uint32Array(bytes);

let first = new Float64Array(1_024);
let second = new Float64Array(1_024);
function reserve(count: number): void {
  if (first.length >= count) return;
  first = new Float64Array(count * 2);
  second = new Float64Array(count * 2);
}

/**
 * Doubles, every one bit by bit, NaN as the canonical NaN: u8 form · with NaN: a column of 0 and 1 · the numbers as whole ones:
 * form 0..9 decimals · 32 float bits · 64 the upper and then the lower half of the double's bits.
 */
export function writeNumberColumn(writer: BitWriter, values: Float64Array, from: number, to: number): void {
  const count = to - from;
  const form = formOf(values, from, to);
  reserve(count);
  let nans = 0;
  for (let i = 0; i < count; i++) {
    const missing = Number.isNaN(values[from + i]);
    if (missing) nans++;
    first[i] = missing ? 1 : 0;
  }
  writer.u8(nans > 0 ? form | WITH_NAN : form);
  if (nans > 0) writeIntegerColumn(writer, first, count);
  // Where there is no number the one before stays, which costs least.
  let known = values[from] ?? 0;
  for (let i = from; i < to && known !== known; i++) known = values[i] ?? 0;
  if (known !== known) known = 0;
  const power = POWERS[form] ?? 1;
  for (let i = 0; i < count; i++) {
    const value = values[from + i] ?? 0;
    if (value === value) known = value;
    if (form < POWERS.length) first[i] = Math.round(known * power);
    else if (form === FLOAT32) {
      asFloat[0] = known;
      first[i] = asInt[0] ?? 0;
    } else {
      asDouble[0] = known;
      first[i] = asInt[1] ?? 0;
      second[i] = asWord[0] ?? 0;
    }
  }
  writeIntegerColumn(writer, first, count);
  if (form === FLOAT64) writeIntegerColumn(writer, second, count);
}

export function readNumberColumn(reader: BitReader, values: Float64Array, from: number, to: number): void {
  const count = to - from;
  const head = reader.u8();
  const form = head & 127;
  reserve(count);
  const missing = head >= WITH_NAN ? readIntegerColumn(reader, count) : undefined;
  readIntegerColumn(reader, count, first);
  if (form < POWERS.length) {
    const power = POWERS[form] ?? 1;
    for (let i = 0; i < count; i++) values[from + i] = (first[i] ?? 0) / power;
  } else if (form === FLOAT32) {
    for (let i = 0; i < count; i++) {
      asInt[0] = first[i] ?? 0;
      values[from + i] = asFloat[0] ?? 0;
    }
  } else if (form === FLOAT64) {
    readIntegerColumn(reader, count, second);
    for (let i = 0; i < count; i++) {
      asWord[0] = second[i] ?? 0;
      asInt[1] = first[i] ?? 0;
      values[from + i] = asDouble[0] ?? 0;
    }
  } else throw new BatchCodecError('BATCH_CORRUPT', `Value form ${form} is unknown`);
  if (missing) for (let i = 0; i < count; i++) if (missing[i] !== 0) values[from + i] = NaN;
}

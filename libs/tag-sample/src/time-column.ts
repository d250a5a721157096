import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { BatchCodecError } from './batch-codec.error.js';
import { readIntegers, writeIntegers } from './plane-column.js';

/** Times are whole microseconds within ±2^52 (years 1827 to 2112), so that every difference is exact. */
export const TIME_LIMIT_US = 2 ** 52;

const GRID = 1;
const DELTA = 0;
/** A longer step is no scan interval: 2^40 µs are 12 days. */
const MAX_STEP = 2 ** 40;

/** Intermediate columns, shared by all calls and never kept across one: typed arrays are dear to allocate. */
const scratch = { ticks: new Float64Array(0), skips: new Float64Array(0), rests: new Float64Array(0) };
function scratchOf(name: keyof typeof scratch, count: number): Float64Array {
  if (scratch[name].length < count) scratch[name] = new Float64Array(count * 2);
  return scratch[name];
}

/** `runs[r]` samples belong to the r-th tag, one after the other. */
export function writeTimes(writer: ByteWriter, times: Float64Array, runs: readonly number[]): void {
  const count = times.length;
  const unit = unitOf(times);
  const ticks = scratchOf('ticks', count);
  for (let i = 0; i < count; i++) ticks[i] = (times[i] ?? 0) / unit;
  const steps = new Float64Array(runs.length);
  const firsts = new Float64Array(runs.length);
  let at = 0;
  let previousFirst = 0;
  for (let run = 0; run < runs.length; run++) {
    const first = ticks[at] ?? 0;
    firsts[run] = first - previousFirst;
    previousFirst = first;
    steps[run] = stepOf(ticks, at, runs[run] ?? 0);
    at += runs[run] ?? 0;
  }
  const rest = count - runs.length;
  const gridCost = residuals(ticks, runs, steps, GRID, rest);
  let mode = GRID;
  if (gridCost > 0) {
    mode = residuals(ticks, runs, steps, DELTA, rest) <= gridCost ? DELTA : GRID;
    if (mode === GRID) residuals(ticks, runs, steps, GRID, rest);
  }
  writer.varint(unit);
  writer.u8(mode);
  writeIntegers(writer, firsts, runs.length);
  writeIntegers(writer, steps, runs.length);
  writeIntegers(writer, scratchOf('skips', rest), rest);
  writeIntegers(writer, scratchOf('rests', rest), rest);
}

export function readTimes(reader: ByteReader, count: number, runs: readonly number[]): Float64Array {
  const unit = reader.varint();
  const mode = reader.u8();
  if (unit < 1 || mode > GRID) throw new BatchCodecError('BATCH_CORRUPT', 'A time column has an unknown form');
  const rest = count - runs.length;
  const firsts = readIntegers(reader, runs.length);
  const steps = readIntegers(reader, runs.length);
  const skips = readIntegers(reader, rest, scratchOf('skips', rest));
  const rests = readIntegers(reader, rest, scratchOf('rests', rest));
  const times = new Float64Array(count);
  let valid = true;
  let at = 0;
  let from = 0;
  let previousFirst = 0;
  for (let run = 0; run < runs.length; run++) {
    const step = steps[run] ?? 0;
    const end = at + (runs[run] ?? 0);
    const onGrid = mode === GRID && step !== 0;
    let anchor = previousFirst + (firsts[run] ?? 0);
    let tick = anchor;
    previousFirst = anchor;
    for (;;) {
      const time = tick * unit;
      // Also false for NaN and fractions, which only forged bytes give.
      valid &&= time <= TIME_LIMIT_US && time >= -TIME_LIMIT_US && Math.floor(time) === time;
      times[at++] = time;
      if (at >= end) break;
      const point = step === 0 ? anchor : anchor + ((skips[from] ?? 0) + 1) * step;
      tick = point + (rests[from++] ?? 0);
      anchor = onGrid ? point : tick;
    }
  }
  if (!valid) throw new BatchCodecError('BATCH_CORRUPT', 'A time of the batch is out of range');
  return times;
}

/**
 * Each time as whole steps from an anchor plus a rest, into the scratch columns. The anchor is the grid point (device clock)
 * or the sample before (free-running scan). Returns about how many bits they need.
 */
function residuals(
  ticks: Float64Array,
  runs: readonly number[],
  steps: Float64Array,
  mode: number,
  rest: number,
): number {
  const skips = scratchOf('skips', rest);
  const rests = scratchOf('rests', rest);
  let cost = 0;
  let at = 0;
  let to = 0;
  for (let run = 0; run < runs.length; run++) {
    const end = at + (runs[run] ?? 0);
    const step = steps[run] ?? 0;
    const onGrid = mode === GRID && step !== 0;
    let anchor = ticks[at++] ?? 0;
    for (; at < end; at++) {
      const tick = ticks[at] ?? 0;
      const jumped = step === 0 || tick - anchor === step ? 1 : Math.floor((tick - anchor) / step + 0.5);
      const point = step === 0 ? anchor : anchor + jumped * step;
      const difference = tick - point;
      skips[to] = jumped - 1;
      rests[to++] = difference;
      if (difference !== 0)
        cost +=
          difference < 2 ** 31 && difference > -(2 ** 31)
            ? 32 - Math.clz32(difference < 0 ? -difference : difference)
            : 52;
      if (jumped !== 1) cost += 8;
      anchor = onGrid ? point : tick;
    }
  }
  return cost;
}

/** Largest of 1 s, 1 ms, 1 µs that divides every time. */
function unitOf(times: Float64Array): number {
  let unit = 1_000_000;
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    while (Math.floor(time / unit) * unit !== time) {
      if (unit === 1_000) return 1;
      unit = 1_000;
    }
  }
  return unit;
}

/** Median of up to 31 evenly chosen differences; 0 when it is no forward step. */
function stepOf(ticks: Float64Array, at: number, length: number): number {
  if (length < 2) return 0;
  const stride = Math.max(1, Math.floor((length - 1) / 31));
  const differences: number[] = [];
  for (let i = 1; i < length && differences.length < 31; i += stride) {
    differences.push((ticks[at + i] ?? 0) - (ticks[at + i - 1] ?? 0));
  }
  differences.sort((a, b) => a - b);
  const median = differences[differences.length >> 1] ?? 0;
  return median > 0 && median <= MAX_STEP ? median : 0;
}

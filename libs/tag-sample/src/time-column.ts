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

/** `runs[r]` samples belong to the r-th tag, one after the other. */
export function writeTimes(writer: ByteWriter, times: Float64Array, runs: readonly number[]): void {
  const count = times.length;
  const unit = unitOf(times);
  const ticks = unit === 1 ? times : times.map((time) => time / unit);
  const steps = new Float64Array(runs.length);
  const firsts = new Float64Array(runs.length);
  let at = 0;
  let previousFirst = 0;
  runs.forEach((length, run) => {
    const first = ticks[at] ?? 0;
    firsts[run] = first - previousFirst;
    previousFirst = first;
    steps[run] = stepOf(ticks, at, length);
    at += length;
  });
  const rest = count - runs.length;
  const grid = residuals(ticks, runs, steps, GRID, rest);
  const delta = residuals(ticks, runs, steps, DELTA, rest);
  const mode = grid.cost < delta.cost ? GRID : DELTA;
  const chosen = mode === GRID ? grid : delta;
  writer.varint(unit);
  writer.u8(mode);
  writeIntegers(writer, firsts, runs.length);
  writeIntegers(writer, steps, runs.length);
  writeIntegers(writer, chosen.skips, rest);
  writeIntegers(writer, chosen.rests, rest);
}

export function readTimes(reader: ByteReader, count: number, runs: readonly number[]): Float64Array {
  const unit = reader.varint();
  const mode = reader.u8();
  if (unit < 1 || mode > GRID) throw new BatchCodecError('BATCH_CORRUPT', 'A time column has an unknown form');
  const firsts = readIntegers(reader, runs.length);
  const steps = readIntegers(reader, runs.length);
  const skips = readIntegers(reader, count - runs.length);
  const rests = readIntegers(reader, count - runs.length);
  const times = new Float64Array(count);
  let at = 0;
  let from = 0;
  let previousFirst = 0;
  runs.forEach((length, run) => {
    const step = steps[run] ?? 0;
    let anchor = previousFirst + (firsts[run] ?? 0);
    previousFirst = anchor;
    times[at++] = anchor * unit;
    for (let i = 1; i < length; i++) {
      const point = step === 0 ? anchor : anchor + ((skips[from] ?? 0) + 1) * step;
      const tick = point + (rests[from++] ?? 0);
      anchor = mode === GRID && step !== 0 ? point : tick;
      times[at++] = tick * unit;
    }
  });
  for (const time of times) {
    if (!Number.isSafeInteger(time) || Math.abs(time) > TIME_LIMIT_US) {
      throw new BatchCodecError('BATCH_CORRUPT', `A time of ${time} µs is out of range`);
    }
  }
  return times;
}

/** Each time as whole steps from an anchor plus a rest. The anchor is the grid point (device clock) or the sample before (free-running scan). */
function residuals(ticks: Float64Array, runs: readonly number[], steps: Float64Array, mode: number, rest: number) {
  const skips = new Float64Array(rest);
  const rests = new Float64Array(rest);
  let cost = 0;
  let at = 0;
  let to = 0;
  for (let run = 0; run < runs.length; run++) {
    const length = runs[run] ?? 0;
    const step = steps[run] ?? 0;
    let anchor = ticks[at++] ?? 0;
    for (let i = 1; i < length; i++) {
      const tick = ticks[at++] ?? 0;
      const jumped = step === 0 ? 1 : Math.round((tick - anchor) / step);
      const point = step === 0 ? anchor : anchor + jumped * step;
      const difference = tick - point;
      skips[to] = jumped - 1;
      rests[to++] = difference;
      cost += Math.log2(1 + Math.abs(difference)) + (jumped === 1 ? 0 : 8);
      anchor = mode === GRID && step !== 0 ? point : tick;
    }
  }
  return { skips, rests, cost };
}

/** Largest of 1 s, 1 ms, 1 µs that divides every time. */
function unitOf(times: Float64Array): number {
  let unit = 1_000_000;
  for (const time of times) {
    while (time % unit !== 0) {
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

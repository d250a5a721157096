import type { Sample, SampleColumns } from './sample.js';

/** Zeros. One piece of memory for all columns: typed arrays are dear to allocate. */
export function emptyColumns(count = 0): SampleColumns {
  const memory = new ArrayBuffer(count * 32);
  return {
    values: new Float64Array(memory, 0, count),
    sourceTimesUs: new Float64Array(memory, count * 8, count),
    serverTimesUs: new Float64Array(memory, count * 16, count),
    statuses: new Uint32Array(memory, count * 24, count),
    tagIds: new Int32Array(memory, count * 28, count),
  };
}

export function columnsFrom(samples: readonly Sample[]): SampleColumns {
  const columns = emptyColumns(samples.length);
  samples.forEach((sample, i) => {
    columns.tagIds[i] = sample.tagId;
    columns.values[i] = sample.value;
    columns.sourceTimesUs[i] = sample.sourceTimeUs;
    columns.serverTimesUs[i] = sample.serverTimeUs;
    columns.statuses[i] = sample.status;
  });
  return columns;
}

export function* samplesOf(columns: SampleColumns): Generator<Sample> {
  for (let i = 0; i < columns.tagIds.length; i++) yield sampleAt(columns, i);
}

export function sampleAt(columns: SampleColumns, index: number): Sample {
  return {
    tagId: columns.tagIds[index] ?? 0,
    value: columns.values[index] ?? NaN,
    sourceTimeUs: columns.sourceTimesUs[index] ?? NaN,
    serverTimeUs: columns.serverTimesUs[index] ?? NaN,
    status: columns.statuses[index] ?? 0,
  };
}

/** One after the other. */
export function concatColumns(parts: readonly SampleColumns[]): SampleColumns {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = emptyColumns(parts.reduce((sum, part) => sum + part.tagIds.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.tagIds.set(part.tagIds, at);
    whole.values.set(part.values, at);
    whole.sourceTimesUs.set(part.sourceTimesUs, at);
    whole.serverTimesUs.set(part.serverTimesUs, at);
    whole.statuses.set(part.statuses, at);
    at += part.tagIds.length;
  }
  return whole;
}

/** A view of [from, to); shares memory. */
export function sliceColumns(columns: SampleColumns, from: number, to: number): SampleColumns {
  return {
    tagIds: columns.tagIds.subarray(from, to),
    values: columns.values.subarray(from, to),
    sourceTimesUs: columns.sourceTimesUs.subarray(from, to),
    serverTimesUs: columns.serverTimesUs.subarray(from, to),
    statuses: columns.statuses.subarray(from, to),
  };
}

/** The samples at `indexes`, in that order; a copy. */
export function pickColumns(columns: SampleColumns, indexes: ArrayLike<number>): SampleColumns {
  const picked = emptyColumns(indexes.length);
  for (let i = 0; i < indexes.length; i++) {
    const from = indexes[i] ?? 0;
    picked.tagIds[i] = columns.tagIds[from] ?? 0;
    picked.values[i] = columns.values[from] ?? NaN;
    picked.sourceTimesUs[i] = columns.sourceTimesUs[from] ?? NaN;
    picked.serverTimesUs[i] = columns.serverTimesUs[from] ?? NaN;
    picked.statuses[i] = columns.statuses[from] ?? 0;
  }
  return picked;
}

const scratch = new Float64Array(64);

/** Median of the first `count` values of `values`, which it reorders. NaN when there is none. At most 64 values. */
export function medianInPlace(values: Float64Array, count: number): number {
  for (let i = 1; i < count; i++) {
    const value = values[i] ?? NaN;
    let j = i - 1;
    for (; j >= 0 && (values[j] ?? NaN) > value; j--) values[j + 1] = values[j] ?? NaN;
    values[j + 1] = value;
  }
  if (count === 0) return NaN;
  const upper = values[count >> 1] ?? NaN;
  return count % 2 ? upper : (upper + (values[(count >> 1) - 1] ?? NaN)) / 2;
}

/** Median of the numbers among `values`; NaN when there are none. At most 64 values. */
export function medianOf(values: ArrayLike<number>, from = 0, to = values.length): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? NaN;
    if (value === value) scratch[count++] = value;
  }
  return medianInPlace(scratch, count);
}

export function medianOfThree(a: number, b: number, c: number): number {
  if (a !== a) return b !== b ? c : c !== c ? b : (b + c) / 2;
  if (b !== b) return c !== c ? a : (a + c) / 2;
  if (c !== c) return (a + b) / 2;
  return a > b ? (b > c ? b : a > c ? c : a) : a > c ? a : b > c ? c : b;
}

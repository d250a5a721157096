/** Powers of ten by which a decimal becomes a whole number; the index is its number of decimals. */
export const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;
export const FLOAT32 = 32;
export const FLOAT64 = 64;
/** Scaled decimals stay below 2^51, so that their differences are exact. */
const MAX_SCALED = 2 ** 51;

/** Number of decimals (0..9) when every value of [from, to) is such a decimal, else the narrowest float that keeps every bit; NaN left out. */
export function formOf(values: Float64Array, from: number, to: number): number {
  let digits = 0;
  let single = true;
  let greatest = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? 0;
    if (value !== value) continue;
    while (digits < POWERS.length && !isDecimal(value, POWERS[digits] ?? 1)) digits++;
    if (single && !Object.is(Math.fround(value), value)) single = false;
    if (digits === POWERS.length && !single) return FLOAT64;
    greatest = Math.max(greatest, Math.abs(value));
  }
  // Values before may be too large for the decimals that a later one needs.
  if (greatest * (POWERS[digits] ?? 1) > MAX_SCALED) digits = POWERS.length;
  // A float32 with many decimals is cheaper as its four bytes.
  if (digits === POWERS.length || (single && digits > 4)) return single ? FLOAT32 : FLOAT64;
  return digits;
}

/** `+ 0` turns -0 into 0, which then is no exact decimal of -0. */
export function isDecimal(value: number, power: number): boolean {
  const scaled = Math.round(value * power) + 0;
  return Math.abs(scaled) <= MAX_SCALED && Object.is(scaled / power, value);
}

/** Number of decimals (0..9) of the values that are not NaN, or undefined when one is no such decimal. */
export function decimalsOf(values: Float64Array, from: number, to: number): number | undefined {
  let digits = 0;
  let greatest = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? 0;
    if (value !== value) continue;
    while (!isDecimal(value, POWERS[digits] ?? 1)) if (++digits === POWERS.length) return undefined;
    greatest = Math.max(greatest, Math.abs(value));
  }
  return greatest * (POWERS[digits] ?? 1) > MAX_SCALED ? undefined : digits;
}

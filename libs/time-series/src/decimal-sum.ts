const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;
/** Below it every partial sum is exact, and no two decimals are the same double. */
const EXACT = 2 ** 51;

/**
 * Sums of decimals (up to 9 digits) without rounding on the way: the correctly rounded true sum, in any order and grouping.
 * Other doubles are added up as they come.
 */
export class DecimalSum {
  count = 0;
  private values = new Float64Array(64);
  private digits = 0;

  /** Begins anew, for at most `most` values. */
  begin(most: number): void {
    this.count = 0;
    if (this.values.length < most) this.values = new Float64Array(most * 2);
  }

  /** Returns how many there are now. */
  add(value: number): number {
    this.values[this.count++] = value;
    return this.count;
  }

  total(): number {
    // Every number of digits that fits gives the same sum: the one of the sum before mostly does.
    const guess = this.scaledTotal(this.digits);
    if (guess !== undefined) return guess;
    for (let digits = 0; digits < POWERS.length; digits++) {
      const total = this.scaledTotal(digits);
      if (total === undefined) continue;
      this.digits = digits;
      return total;
    }
    let sum = 0;
    for (let i = 0; i < this.count; i++) sum += this.values[i] ?? 0;
    return sum;
  }

  private scaledTotal(digits: number): number | undefined {
    const power = POWERS[digits] ?? 1;
    let sum = 0;
    let size = 0;
    for (let i = 0; i < this.count; i++) {
      const value = this.values[i] ?? 0;
      const scaled = Math.round(value * power);
      if (scaled / power !== value) return undefined;
      sum += scaled;
      size += scaled < 0 ? -scaled : scaled;
    }
    return size < EXACT ? sum / power + 0 : undefined;
  }
}

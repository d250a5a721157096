/** Exponential waiting times with full jitter, so that many gateways don't return in step. */
export class BackOff {
  private failures = 0;

  constructor(
    private readonly firstMs: number,
    private readonly maxMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** How long to wait after one more failure, ms: between half and all of the exponential bound. */
  next(): number {
    const bound = Math.min(this.maxMs, this.firstMs * 2 ** Math.min(this.failures++, 30));
    return bound / 2 + (this.random() * bound) / 2;
  }

  reset(): void {
    this.failures = 0;
  }
}

/** Allows `perSecond` on average and `burst` at once. One larger request is let through when the bucket is full, and paid for afterwards. */
export class TokenBucket {
  private level: number;
  private lastMs: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    nowMs: number,
  ) {
    this.level = burst;
    this.lastMs = nowMs;
  }

  /** Seconds to wait until `amount` is allowed; 0 when it is now. Takes nothing. */
  waitS(amount: number, nowMs: number): number {
    this.level = Math.min(this.burst, this.level + ((nowMs - this.lastMs) / 1000) * this.perSecond);
    this.lastMs = nowMs;
    const missing = Math.min(amount, this.burst) - this.level;
    return missing <= 0 ? 0 : missing / this.perSecond;
  }

  /** Less than nothing is given back, never beyond the burst. */
  take(amount: number): void {
    this.level = Math.min(this.burst, this.level - amount);
  }
}

/** A sum over the last one to two windows: old enough to be steady, young enough to follow. Times in ms. */
export class HalfWindows {
  private current = 0;
  private previous = 0;
  private beganMs: number;
  private previousMs = 0;

  constructor(
    private readonly windowMs: number,
    nowMs: number,
  ) {
    this.beganMs = nowMs;
  }

  add(amount: number, nowMs: number): void {
    this.forward(nowMs);
    this.current += amount;
  }

  /** The sum and the time it stands for. */
  total(nowMs: number): { readonly sum: number; readonly ms: number } {
    this.forward(nowMs);
    return { sum: this.previous + this.current, ms: this.previousMs + nowMs - this.beganMs };
  }

  private forward(nowMs: number): void {
    const passedMs = nowMs - this.beganMs;
    if (passedMs < this.windowMs) return;
    // After a long pause there was nothing in the window before.
    const whole = passedMs < 2 * this.windowMs;
    this.previous = whole ? this.current : 0;
    this.previousMs = whole ? passedMs : this.windowMs;
    this.current = 0;
    this.beganMs = nowMs;
  }
}

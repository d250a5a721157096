const SECONDS = 10;

/** Events per second over the last ten seconds. */
export class RateMeter {
  private readonly counts = new Float64Array(SECONDS);
  private second = 0;
  private firstSecond = -1;

  add(count: number, nowMs: number): void {
    this.forward(nowMs);
    const slot = this.second % SECONDS;
    this.counts[slot] = (this.counts[slot] ?? 0) + count;
  }

  perSecond(nowMs: number): number {
    this.forward(nowMs);
    if (this.firstSecond < 0) return 0;
    const full = Math.min(SECONDS - 1, Math.max(1, this.second - this.firstSecond));
    let sum = 0;
    for (let back = 1; back <= full; back++) sum += this.counts[(this.second - back + SECONDS * 2) % SECONDS] ?? 0;
    return sum / full;
  }

  private forward(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (this.firstSecond < 0) this.firstSecond = this.second = second;
    if (second - this.second >= SECONDS) this.counts.fill(0);
    else for (let passed = this.second + 1; passed <= second; passed++) this.counts[passed % SECONDS] = 0;
    this.second = Math.max(second, this.second);
  }
}

/** No subscriber is told more often than this; a page that shows 5 000 tags stays cheap. */
const LEAST_INTERVAL_MS = 1_000;

/** Runs its work after a poke, at most once per second and never twice at the same time; after its end never again. */
export class PacedReading {
  private timer: NodeJS.Timeout | null = null;
  private reading = false;
  private again = false;
  private ended = false;
  private lastAtMs = 0;

  constructor(private readonly work: () => Promise<void>) {}

  poke(): void {
    if (this.ended || this.timer !== null) return;
    if (this.reading) {
      this.again = true;
      return;
    }
    this.timer = setTimeout(() => void this.run(), Math.max(0, this.lastAtMs + LEAST_INTERVAL_MS - Date.now()));
  }

  end(): void {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async run(): Promise<void> {
    this.timer = null;
    this.reading = true;
    this.again = false;
    this.lastAtMs = Date.now();
    try {
      await this.work();
    } catch {
      // The database was away or busy: what changed meanwhile is read at the next try.
      this.again = true;
    }
    this.reading = false;
    if (this.again) this.poke();
  }
}

/** Most messages that wait for one slow subscriber; then the oldest waiting one is dropped, for the next says more. */
const MOST_WAITING = 100;

/** What one subscriber receives: a bounded queue with an end. */
export class LiveStream<T> implements AsyncIterableIterator<T> {
  private readonly waiting: T[] = [];
  private wake: (() => void) | null = null;
  private ended = false;

  constructor(private readonly onEnd: () => void) {}

  push(message: T): void {
    if (this.ended) return;
    if (this.waiting.length === MOST_WAITING) this.waiting.shift();
    this.waiting.push(message);
    this.wake?.();
  }

  async next(): Promise<IteratorResult<T>> {
    while (!this.ended) {
      const message = this.waiting.shift();
      if (message !== undefined) return { done: false, value: message };
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T>> {
    this.end();
    return { done: true, value: undefined };
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd();
    this.wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

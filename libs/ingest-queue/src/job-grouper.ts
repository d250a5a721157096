import { ConsumerClosing, RetryLater } from './queue.errors.js';

export interface GrouperOptions<Item> {
  readonly concurrency: number;
  readonly maxPerCall: number;
  readonly lingerMs: number;
  /** Such an item is handed over alone, so that it takes no other one down with it. */
  readonly alone: (item: Item) => boolean;
  readonly call: (items: readonly Item[]) => Promise<void>;
  /** Reports the first of a row of RetryLater, and the end of it with `undefined`. */
  readonly onPause: (reason: RetryLater | undefined) => void;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/** Turns single items that arrive one by one into calls of up to `maxPerCall` items, in order of arrival. */
export class JobGrouper<Item> {
  private waiting: Waiting<Item>[] = [];
  private running = 0;
  private linger: NodeJS.Timeout | undefined;
  private paused = false;
  private closing = false;
  private readonly wakeUps = new Set<() => void>();

  constructor(private readonly options: GrouperOptions<Item>) {}

  /** Resolves when the call that carried the item resolved. */
  add(item: Item): Promise<void> {
    if (this.closing) return Promise.reject(new ConsumerClosing());
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.flushSoon();
    });
  }

  /** Items not yet handed over are refused; calls under way run to their end, pauses end at once. */
  close(): void {
    this.closing = true;
    clearTimeout(this.linger);
    const refused = this.waiting;
    this.waiting = [];
    for (const { reject } of refused) reject(new ConsumerClosing());
    for (const wakeUp of this.wakeUps) wakeUp();
  }

  private flushSoon(): void {
    if (this.waiting.length >= this.options.maxPerCall) this.flush();
    else if (this.waiting.length > 0) this.linger ??= setTimeout(() => this.flush(), this.options.lingerMs);
  }

  private flush(): void {
    clearTimeout(this.linger);
    this.linger = undefined;
    while (this.waiting.length > 0 && this.running < this.options.concurrency) void this.run(this.take());
  }

  private take(): Waiting<Item>[] {
    const firstAlone = this.waiting.findIndex(({ item }) => this.options.alone(item));
    const together = firstAlone === -1 ? this.waiting.length : firstAlone;
    return this.waiting.splice(0, Math.min(Math.max(together, 1), this.options.maxPerCall));
  }

  private async run(group: readonly Waiting<Item>[]): Promise<void> {
    this.running++;
    try {
      await this.callUntilPossible(group.map(({ item }) => item));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    this.running--;
    this.flushSoon();
  }

  private async callUntilPossible(items: readonly Item[]): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.options.call(items);
        this.report(undefined);
        return;
      } catch (error) {
        if (!(error instanceof RetryLater)) throw error;
        this.report(error);
        if (this.closing) throw new ConsumerClosing();
        await this.pause(pauseMs);
      }
      if (this.closing) throw new ConsumerClosing();
    }
  }

  private report(reason: RetryLater | undefined): void {
    if (this.paused === (reason !== undefined)) return;
    this.paused = reason !== undefined;
    this.options.onPause(reason);
  }

  private pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wakeUp = (): void => {
        clearTimeout(timer);
        this.wakeUps.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, forMs);
      this.wakeUps.add(wakeUp);
    });
  }
}

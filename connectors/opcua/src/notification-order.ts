/** A notification message or keep-alive, as far as its order is concerned. */
export interface Numbered {
  readonly sequenceNumber: number;
  readonly isData: boolean;
}

export interface Ordered<Message> {
  readonly message: Message;
  /** Notifications before it are missing: the server has no copy of them any more. */
  readonly afterLoss: boolean;
}

/** After a repair the republished notifications may come behind the first new one. */
const AWAITED_MS = 2_000;
const LAST_NUMBER = 0xffff_ffff;

/**
 * Gives the notifications of one subscription in the order of their numbers and each once (Part 4 §5.14.1.2). What comes too early
 * waits a little for what is missing; only then the missing is lost.
 */
export class NotificationOrder<Message extends Numbered> {
  private last: number | undefined;
  private waiting: Message[] = [];
  private waitsSinceMs = 0;
  private lostBefore = false;
  private readonly givenUp = new Set<number>();

  /** Number of the newest notification that was given or given up; 0 before the first. */
  get newest(): number {
    return this.last ?? 0;
  }

  reset(): void {
    this.last = undefined;
    this.waiting = [];
    this.lostBefore = false;
    this.givenUp.clear();
  }

  arrived(message: Message, nowMs: number): readonly Ordered<Message>[] {
    const reached = reachOf(message);
    // Number 1 follows the largest (Part 4 §7.26).
    if (this.last === undefined || (reached <= 1 && this.last > LAST_NUMBER - 1_000)) {
      this.last = reached;
      return [this.given(message)];
    }
    if (reached <= this.last) {
      if (!message.isData) return [this.given(message)];
      return this.givenUp.delete(reached) ? [{ message, afterLoss: false }] : [];
    }
    if (this.waiting.length === 0) this.waitsSinceMs = nowMs;
    this.waiting.push(message);
    return this.inOrder();
  }

  /** What waited long enough; to be asked from time to time. */
  overdue(nowMs: number): readonly Ordered<Message>[] {
    const found: Ordered<Message>[] = [];
    while (this.waiting.length > 0 && nowMs - this.waitsSinceMs >= AWAITED_MS) {
      const first = Math.min(...this.waiting.map(nextOf));
      for (let number = this.newest + 1; number < first && this.givenUp.size < 1_000; number++) this.givenUp.add(number);
      this.last = first - 1;
      this.lostBefore = true;
      found.push(...this.inOrder());
    }
    return found;
  }

  private inOrder(): readonly Ordered<Message>[] {
    const found: Ordered<Message>[] = [];
    for (;;) {
      const at = this.waiting.findIndex((message) => nextOf(message) <= this.newest + 1);
      const [message] = at < 0 ? [] : this.waiting.splice(at, 1);
      if (message === undefined) return found;
      const isRepeated = message.isData && reachOf(message) <= this.newest;
      this.last = Math.max(this.newest, reachOf(message));
      if (!isRepeated) found.push(this.given(message));
    }
  }

  private given(message: Message): Ordered<Message> {
    const afterLoss = message.isData && this.lostBefore;
    if (message.isData) this.lostBefore = false;
    return { message, afterLoss };
  }
}

/** A keep-alive tells the number of the next notification without using it (Part 4 §5.14.1.1). */
const reachOf = ({ sequenceNumber, isData }: Numbered): number => (isData ? sequenceNumber : sequenceNumber - 1);
/** The smallest number that must be there before it. */
const nextOf = ({ sequenceNumber }: Numbered): number => sequenceNumber;

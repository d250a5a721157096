/** A numbered record that the platform has not committed yet. */
export interface InFlight {
  readonly id: number;
  readonly epoch: number;
  readonly seq: number;
  /** When it may be handed out (again), on a monotonic clock. */
  dueAtMs: number;
  attempts: number;
}

const MAX_DOUBLINGS = 4;

/** The numbered records, in the order of their numbers. Bounded, so that a hole can never be long. */
export class Window {
  private readonly records = new Map<string, InFlight>();

  constructor(
    private readonly limit: number,
    private readonly resendAfterMs: number,
  ) {}

  get size(): number {
    return this.records.size;
  }

  get free(): number {
    return Math.max(0, this.limit - this.records.size);
  }

  /** Must be called in ascending order of (epoch, seq). */
  add(id: number, epoch: number, seq: number): InFlight {
    const record = { id, epoch, seq, dueAtMs: 0, attempts: 0 };
    this.records.set(`${epoch}/${seq}`, record);
    return record;
  }

  due(nowMs: number, limit: number): InFlight[] {
    const found: InFlight[] = [];
    for (const record of this.records.values()) {
      if (found.length >= limit) break;
      if (record.dueAtMs <= nowMs) found.push(record);
    }
    return found;
  }

  sent(record: InFlight, nowMs: number): void {
    record.dueAtMs = nowMs + this.resendAfterMs * 2 ** Math.min(record.attempts, MAX_DOUBLINGS);
    record.attempts++;
  }

  find(epoch: number, seq: number): InFlight | undefined {
    return this.records.get(`${epoch}/${seq}`);
  }

  /** Everything up to and including `seq` of `epoch`. */
  upTo(epoch: number, seq: number): InFlight[] {
    return [...this.records.values()].filter((record) => record.epoch === epoch && record.seq <= seq);
  }

  delete(records: readonly InFlight[]): void {
    for (const record of records) this.records.delete(`${record.epoch}/${record.seq}`);
  }

  epochs(): number[] {
    return [...new Set([...this.records.values()].map((record) => record.epoch))];
  }

  clear(): void {
    this.records.clear();
  }
}

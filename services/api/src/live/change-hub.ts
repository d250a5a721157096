import type { TenantBudget } from '../graphql/tenant-budget.js';
import { LiveStream } from './live-stream.js';
import { PacedReading } from './paced-reading.js';

export const TOPICS = ['samples', 'alarms', 'yields', 'gateways'] as const;
export type Topic = (typeof TOPICS)[number];

interface Subscriber {
  readonly tenantId: number;
  readonly topic: Topic;
  readonly reading: PacedReading;
  end(): void;
}

/** Wakes subscribers of one tenant and topic. It carries no data: each subscriber reads what it may see. */
export class ChangeHub {
  private readonly subscribers = new Set<Subscriber>();

  constructor(private readonly budget: TenantBudget) {}

  announce(topic: Topic, tenantId: number): void {
    for (const subscriber of this.subscribers) {
      if (subscriber.topic === topic && subscriber.tenantId === tenantId) subscriber.reading.poke();
    }
  }

  get size(): number {
    return this.subscribers.size;
  }

  /** `read` is run after a change, at most once per second and never twice at the same time; each item it gives is sent. */
  subscribe<T>(topic: Topic, tenantId: number, read: () => Promise<readonly T[]>): LiveStream<T> {
    const reading = new PacedReading(async () => {
      const items = await this.budget.run(tenantId, read);
      for (const item of items) stream.push(item);
    });
    const subscriber: Subscriber = { tenantId, topic, reading, end: () => stream.end() };
    const stream = new LiveStream<T>(() => {
      this.subscribers.delete(subscriber);
      reading.end();
    });
    this.subscribers.add(subscriber);
    return stream;
  }

  close(): void {
    for (const subscriber of new Set(this.subscribers)) subscriber.end();
  }
}

import { LiveStream } from './live-stream.js';

export const TOPICS = ['samples', 'alarms', 'yields', 'gateways'] as const;
export type Topic = (typeof TOPICS)[number];

/** No subscriber is told more often than this; a page that shows 5 000 tags stays cheap. */
const LEAST_INTERVAL_MS = 1_000;

interface Subscriber {
  readonly tenantId: number;
  readonly topic: Topic;
  poke(): void;
  end(): void;
}

/** Wakes subscribers of one tenant and topic. It carries no data: each subscriber reads what it may see. */
export class ChangeHub {
  private readonly subscribers = new Set<Subscriber>();

  announce(topic: Topic, tenantId: number): void {
    for (const subscriber of this.subscribers) {
      if (subscriber.topic === topic && subscriber.tenantId === tenantId) subscriber.poke();
    }
  }

  get size(): number {
    return this.subscribers.size;
  }

  /** `read` is run after a change, at most once per second and never twice at the same time; each item it gives is sent. */
  subscribe<T>(topic: Topic, tenantId: number, expiresAtUs: number, read: () => Promise<readonly T[]>): LiveStream<T> {
    let timer: NodeJS.Timeout | null = null;
    let reading = false;
    let again = false;
    let lastAt = 0;
    const run = (): void => {
      timer = null;
      reading = true;
      lastAt = Date.now();
      read()
        .then((items) => items.forEach((item) => stream.push(item)))
        .catch(() => {
          again = true;
        })
        .finally(() => {
          reading = false;
          if (again) poke();
        });
    };
    const poke = (): void => {
      again = reading;
      if (reading || timer !== null) return;
      timer = setTimeout(run, Math.max(0, lastAt + LEAST_INTERVAL_MS - Date.now()));
    };
    const subscriber: Subscriber = { tenantId, topic, poke, end: () => stream.end() };
    const expiry = setTimeout(() => stream.end(), Math.min(2 ** 31 - 1, Math.max(0, expiresAtUs / 1000 - Date.now())));
    const stream = new LiveStream<T>(() => {
      this.subscribers.delete(subscriber);
      clearTimeout(expiry);
      if (timer !== null) clearTimeout(timer);
    });
    this.subscribers.add(subscriber);
    return stream;
  }

  close(): void {
    for (const subscriber of new Set(this.subscribers)) subscriber.end();
  }
}

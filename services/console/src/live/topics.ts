export const TOPICS = ['alarm', 'yield', 'gateway', 'connection'] as const;
/** What a page can be told has changed. */
export type Topic = (typeof TOPICS)[number];

const WINDOW_MS = 1000;

/** Passes at most one change per topic and second on to those who look at it. */
export class TopicBoard {
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #waiting = new Map<Topic, number>();
  readonly #toldAt = new Map<Topic, number>();

  listen(topic: Topic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  tell(topic: Topic): void {
    if (this.#waiting.has(topic)) return;
    const wait = Math.max(0, (this.#toldAt.get(topic) ?? 0) + WINDOW_MS - Date.now());
    this.#waiting.set(topic, window.setTimeout(() => this.#pass(topic), wait));
  }

  #pass(topic: Topic): void {
    this.#waiting.delete(topic);
    this.#toldAt.set(topic, Date.now());
    for (const listener of this.#listeners.get(topic) ?? []) listener();
  }
}

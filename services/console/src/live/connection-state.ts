import { useSyncExternalStore } from 'react';

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly sinceMs: number };

/** What the socket to the platform does; one per session. */
export class ConnectionStore {
  #state: ConnectionState = { kind: 'connecting' };
  readonly #listeners = new Set<() => void>();

  readonly get = (): ConnectionState => this.#state;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: ConnectionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  /** Keeps the moment of the first loss over all the tries that follow. */
  lost(nowMs: number): void {
    if (this.#state.kind !== 'lost') this.set({ kind: 'lost', sinceMs: nowMs });
  }
}

export const useConnection = (store: ConnectionStore): ConnectionState => useSyncExternalStore(store.listen, store.get);

import type { PduAnswer, ReadRequest } from './read-request.js';

/** What the bytes received so far are, seen from the request that waits. */
export type Received =
  | { readonly kind: 'incomplete' }
  /** A frame that belongs to a request given up before: drop `bytes` and look again. */
  | { readonly kind: 'late'; readonly bytes: number }
  | { readonly kind: 'answer'; readonly bytes: number; readonly answer: PduAnswer };

/** How requests and answers are wrapped on the wire. One request is under way at a time. */
export interface Framing {
  /** Bytes of the request; remembers it as the one that waits. */
  send(request: ReadRequest): Buffer;
  receive(pending: Buffer): Received;
  /** The waiting request is given up. Returns whether the connection can still tell a late answer from the next one. */
  giveUp(): boolean;
  /** A new connection. */
  reset(): void;
}

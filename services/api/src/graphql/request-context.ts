import type { FastifyReply } from 'fastify';
import type { Loaders } from './loaders.js';
import type { Viewer } from '../identity/viewer.js';

/** What every resolver of one request shares. Made once per request; nothing in it outlives the request. */
export interface RequestContext {
  readonly viewer: Viewer | null;
  readonly loaders: Loaders | null;
  /** Absent on a live connection. */
  readonly reply?: FastifyReply;
  /** Address of the caller, for the audit. */
  readonly remoteAddress: string;
  /** SHA-256 of the session token, hexadecimal; null when nobody is signed in. */
  readonly sessionToken: string | null;
}

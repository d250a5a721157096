import type { IncomingMessage } from 'node:http';

const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : '');

/** A browser sends its page's origin with a WebSocket, and its cookie to any: only our own pages may connect. Without `origins` those of the request's own host. */
export function isOwnOrigin({ headers: { origin, host } }: Pick<IncomingMessage, 'headers'>, origins: readonly string[]): boolean {
  if (origin === undefined) return true;
  return origins.length > 0 ? origins.includes(origin) : hostOf(origin) === host;
}

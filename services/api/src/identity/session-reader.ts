import type { IncomingHttpHeaders } from 'node:http';
import type { UserRepository } from '@telltale/plant-registry';
import type { Viewer } from './viewer.js';

export const SESSION_COOKIE = 'telltale_session';

/** A revoked session works for this long at most. */
export const REMEMBER_MS = 5_000;
const MOST_REMEMBERED = 10_000;
const LONGEST_TOKEN = 200;

/** From a request to the signed-in user. */
export class SessionReader {
  private readonly remembered = new Map<string, { readonly viewer: Viewer | null; readonly untilMs: number }>();

  constructor(private readonly users: UserRepository) {}

  /** The cookie of a browser, or the bearer token of a program. */
  tokenOf({ headers }: { readonly headers: IncomingHttpHeaders }): string | null {
    const [scheme, bearer] = headers.authorization?.split(' ') ?? [];
    if (scheme === 'Bearer' && bearer !== undefined) return bearer;
    const cookies = headers.cookie?.split(';') ?? [];
    const own = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`));
    return own?.slice(SESSION_COOKIE.length + 1) ?? null;
  }

  /** As it was at most 5 s ago. */
  async viewer(token: string | null): Promise<Viewer | null> {
    if (token === null) return null;
    const nowMs = Date.now();
    const known = this.remembered.get(token);
    return known !== undefined && known.untilMs > nowMs ? this.valid(known.viewer, nowMs) : this.viewerNow(token);
  }

  /** As it is now, whatever is remembered. */
  async viewerNow(token: string): Promise<Viewer | null> {
    if (token.length > LONGEST_TOKEN) return null;
    const nowMs = Date.now();
    const session = await this.users.findSession(token, new Date(nowMs));
    const viewer: Viewer | null = session && {
      tenant: session.tenant,
      userId: session.user.userId,
      sessionId: session.sessionId,
      name: session.user.name,
      email: session.user.email,
      role: session.user.role,
      expiresAtUs: session.expiresAt.getTime() * 1000,
    };
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(token, { viewer, untilMs: nowMs + REMEMBER_MS });
    return viewer;
  }

  forget(token: string): void {
    this.remembered.delete(token);
  }

  private valid(viewer: Viewer | null, nowMs: number): Viewer | null {
    return viewer !== null && viewer.expiresAtUs > nowMs * 1000 ? viewer : null;
  }
}

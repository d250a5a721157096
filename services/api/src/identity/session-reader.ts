import type { FastifyRequest } from 'fastify';
import type { UserRepository } from '@telltale/plant-registry';
import type { Viewer } from './viewer.js';

export const SESSION_COOKIE = 'telltale_session';

/** A revoked session works for this long at most. */
const REMEMBER_MS = 5_000;
const MOST_REMEMBERED = 10_000;

/** From a request to the signed-in user. */
export class SessionReader {
  private readonly remembered = new Map<string, { readonly viewer: Viewer | null; readonly untilMs: number }>();

  constructor(private readonly users: UserRepository) {}

  /** The cookie of a browser, or the bearer token of a program. */
  tokenOf(request: FastifyRequest): string | null {
    const [scheme, bearer] = request.headers.authorization?.split(' ') ?? [];
    if (scheme === 'Bearer' && bearer !== undefined) return bearer;
    const cookies = request.headers.cookie?.split(';') ?? [];
    const own = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`));
    return own?.slice(SESSION_COOKIE.length + 1) ?? null;
  }

  async viewer(token: string | null): Promise<Viewer | null> {
    if (token === null || token.length > 200) return null;
    const nowMs = Date.now();
    const known = this.remembered.get(token);
    if (known !== undefined && known.untilMs > nowMs) return this.valid(known.viewer, nowMs);
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

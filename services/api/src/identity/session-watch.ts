import { FollowedSession } from './followed-session.js';
import type { SessionReader } from './session-reader.js';

export interface Following {
  readonly session: FollowedSession;
  /** Call it when nothing is sent to the session any more. */
  readonly stop: () => void;
}

/** One look per session every few seconds, however many streams it has. */
export class SessionWatch {
  private readonly followed = new Map<string, FollowedSession>();

  constructor(private readonly sessions: SessionReader) {}

  /** Looks at the session now; null when nobody is signed in with this token. `onOver` is called once, when the session is over. */
  async follow(token: string | null, onOver: () => void): Promise<Following | null> {
    const viewer = token === null ? null : await this.sessions.viewerNow(token);
    if (token === null || viewer === null) return null;
    const session = this.followed.get(token) ?? this.started(token, new FollowedSession(viewer, () => this.sessions.viewerNow(token), () => this.followed.delete(token)));
    return { session, stop: session.follow(onOver) };
  }

  /** After a sign-out: the streams of the session end at once. */
  async look(token: string): Promise<void> {
    await this.followed.get(token)?.check();
  }

  private started(token: string, session: FollowedSession): FollowedSession {
    this.followed.set(token, session);
    return session;
  }
}

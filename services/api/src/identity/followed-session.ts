import type { Viewer } from './viewer.js';

/** Well within the 5 s that a revoked session may go on. */
const CHECK_EVERY_MS = 4_000;
/** Nothing is sent on an answer older than this. */
const RELIED_ON_MS = 5_000;
const AGAIN_AFTER_FAILURE_MS = 1_000;

/** A session that is looked at again and again while something is sent to it. */
export class FollowedSession {
  private state: 'running' | 'over' | 'left' = 'running';
  private checkedAtMs = Date.now();
  private checking: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly listeners = new Set<{ readonly onOver: () => void }>();

  constructor(
    private known: Viewer,
    private readonly read: () => Promise<Viewer | null>,
    private readonly onDone: () => void,
  ) {
    this.plan(known);
  }

  /** Signed out, revoked, expired, or the user disabled. */
  get isOver(): boolean {
    return this.state === 'over';
  }

  /** The signed-in user, at most 5 s old; null when the session is over. While the database is away it waits. */
  async viewer(): Promise<Viewer | null> {
    while (this.state === 'running' && !this.isFresh()) {
      await this.check();
      if (this.state === 'running' && !this.isFresh()) await new Promise((later) => setTimeout(later, AGAIN_AFTER_FAILURE_MS));
    }
    return this.state === 'running' ? this.known : null;
  }

  /** Looks at the session now; a database that is away says nothing about it. */
  check(): Promise<void> {
    return (this.checking ??= this.look().finally(() => (this.checking = null)));
  }

  /** `onOver` is called once, when the session is over. The answer stops following; when nobody follows any more the looks end. */
  follow(onOver: () => void): () => void {
    const listener = { onOver };
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.end('left');
    };
  }

  private isFresh(): boolean {
    return Date.now() - this.checkedAtMs <= RELIED_ON_MS;
  }

  private async look(): Promise<void> {
    const startedMs = Date.now();
    try {
      const viewer = await this.read();
      if (viewer === null) return this.end('over');
      this.known = viewer;
      this.checkedAtMs = startedMs;
      this.plan(viewer);
    } catch {
      this.later(AGAIN_AFTER_FAILURE_MS);
    }
  }

  private plan({ expiresAtUs }: Viewer): void {
    this.later(Math.min(CHECK_EVERY_MS, Math.max(0, expiresAtUs / 1000 - Date.now())));
  }

  private later(ms: number): void {
    if (this.state !== 'running') return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), ms);
  }

  private end(state: 'over' | 'left'): void {
    if (this.state !== 'running') return;
    this.state = state;
    if (this.timer !== null) clearTimeout(this.timer);
    this.onDone();
    const listeners = [...this.listeners];
    this.listeners.clear();
    if (state === 'over') for (const { onOver } of listeners) onOver();
  }
}

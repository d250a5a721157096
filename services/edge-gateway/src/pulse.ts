/** Runs a step again and again, never two at once, and stops when told. The step handles its own errors. */
export class Pulse {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private stopped = true;

  constructor(
    private readonly everyMs: number,
    private readonly step: () => Promise<void> | void,
  ) {}

  start(firstAfterMs = this.everyMs): void {
    this.stopped = false;
    this.plan(firstAfterMs);
  }

  /** Resolves when a step under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private plan(afterMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      const startedAt = performance.now();
      this.running = (async () => this.step())().finally(() => {
        this.running = null;
        this.plan(Math.max(0, this.everyMs - (performance.now() - startedAt)));
      });
    }, afterMs);
  }
}

/** A pause that ends early when the signal says so. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || ms <= 0) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** The signal came before the work was done. */
export class EndedEarlyError extends Error {
  readonly code = 'ENDED_EARLY';
  constructor() {
    super('The gateway stops.');
    this.name = 'EndedEarlyError';
  }
}

/** The result of `work`, but never later than the signal: a device that hangs must not keep the gateway from stopping. */
export async function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let end: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(new EndedEarlyError());
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    if (end) signal.removeEventListener('abort', end);
  }
}

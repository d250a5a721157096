/** The backend did not take the job; the caller keeps it and tries again. */
export class QueueUnavailableError extends Error {
  readonly code = 'QUEUE_UNAVAILABLE';
  constructor(queue: string, options?: { cause?: unknown }) {
    super(`Queue ${queue} takes no jobs now. Try again in a few seconds.`, options);
    this.name = 'QueueUnavailableError';
  }
}

/** Thrown by a handler that can't work now through no fault of its jobs (database away): they are kept and tried again, uncounted. */
export class RetryLater extends Error {
  readonly code = 'RETRY_LATER';
  constructor(why: string, options?: { cause?: unknown }) {
    super(why, options);
    this.name = 'RetryLater';
  }
}

/** The consumer closes; its jobs go back to the queue. */
export class ConsumerClosing extends Error {
  readonly code = 'CONSUMER_CLOSING';
  constructor() {
    super('The consumer closes; the job goes back to the queue.');
    this.name = 'ConsumerClosing';
  }
}

/** Works across the realms of test runners too, where `instanceof Error` fails for errors of Node itself. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** `ECONNREFUSED`, `28P01` … or an empty text. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

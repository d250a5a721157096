import type { IngestRefusal } from '@telltale/ingest-contract';

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 413 | 415 | 422 | 429 | 500 | 503;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Seconds; with 429 and 503. */
  readonly retryAfterS?: number;
}

/** A request that is answered with 400 or above, in the form of the contract. */
export class IngestRefused extends Error {
  constructor(
    readonly refusal: Refusal,
    options?: { cause?: unknown },
  ) {
    super(refusal.message, options);
    this.name = 'IngestRefused';
  }

  get body(): IngestRefusal {
    const { code, message, remedy } = this.refusal;
    return { error: { code, message, remedy } };
  }
}

const KEPT = 'Keep the batch and send it again after the time in Retry-After.';

/** Runs a call to the database or the queue; when it fails, the gateway is asked to keep its batch and come again. */
export async function orComeAgain<Result>(what: 'database' | 'queue', work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const code = what === 'database' ? 'DATABASE_AWAY' : 'QUEUE_AWAY';
    throw new IngestRefused(
      { status: 503, code, message: `The ${what} of the platform does not answer.`, remedy: KEPT, retryAfterS: 2 },
      { cause },
    );
  }
}

export const queueFull = (waiting: number): IngestRefused =>
  new IngestRefused({
    status: 503,
    code: 'QUEUE_FULL',
    message: `The queue is full: ${waiting} batches wait for the historian.`,
    remedy: KEPT,
    retryAfterS: 5,
  });

export const overQuota = (what: 'samples' | 'bytes', perSecond: number, retryAfterS: number): IngestRefused =>
  new IngestRefused({
    status: 429,
    code: 'OVER_QUOTA',
    message: `The enterprise sends more than its ${perSecond} ${what} per second.`,
    remedy: 'Send again after the time in Retry-After, or ask the operator for a larger quota.',
    retryAfterS,
  });

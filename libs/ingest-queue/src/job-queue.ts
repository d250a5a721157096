import type { z } from 'zod';
import type { Logger } from '@telltale/service-runtime';

/** Redis for production, Postgres where nothing else is to be installed. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres';
  /** `redis://…`, `rediss://…` or `postgres://…` */
  readonly url: string;
}

export interface QueueOptions<Data> {
  /** Lower case letters and hyphens. */
  readonly name: string;
  readonly schema: z.ZodType<Data>;
  readonly backend: QueueBackend;
  readonly logger: Logger;
  /** How often a job may fail by its own fault before it is poison. Default 3. */
  readonly attempts?: number;
  /** Waiting time after the first failure; doubles with each further one. Defaults 500 ms and 5 min. */
  readonly firstRetryMs?: number;
  readonly longestRetryMs?: number;
}

export interface AddOptions {
  /** While a job with this key is in the queue, another one is ignored. Letters, digits, `.`, `_` and `-`. */
  readonly dedupKey?: string;
  readonly delayMs?: number;
}

export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  /** Waiting for a retry or a planned moment. */
  readonly delayed: number;
  /** Poison that no consumer has put away yet. */
  readonly failed: number;
}

export interface QueuedJob<Data> {
  readonly id: string;
  readonly data: Data;
  /** 1 = first try. */
  readonly attempt: number;
  readonly addedAtMs: number;
}

export interface PoisonJob {
  readonly id: string;
  /** As it was found: it may not fit the schema. */
  readonly data: unknown;
  readonly reason: string;
  readonly attempts: number;
}

export interface ConsumeOptions {
  /** Handler calls at the same time. Default 1. */
  readonly concurrency?: number;
  /** Default 20. */
  readonly maxJobsPerCall?: number;
  /** How long a call that is not full waits for further jobs. Default 5 ms. */
  readonly lingerMs?: number;
  /** Puts a poison job away; called at least once per job. Without it the job is logged and dropped. */
  readonly onPoison?: (job: PoisonJob) => Promise<void>;
}

export interface JobConsumer {
  /** Finishes the handler calls under way and gives everything else back. Safe to call twice. */
  close(): Promise<void>;
}

export interface JobQueue<Data> {
  readonly name: string;
  /** Resolves when the backend has the job. Rejects with QueueUnavailableError: the caller still owns the job. */
  add(data: Data, options?: AddOptions): Promise<void>;
  addMany(jobs: readonly { readonly data: Data; readonly options?: AddOptions }[]): Promise<void>;
  depth(): Promise<QueueDepth>;
  /** Age of the oldest job that waits or is being worked on, 0 when there is none. */
  oldestJobAgeMs(): Promise<number>;
  /** A handler call that resolves acknowledges all of its jobs. A job that failed before comes alone. */
  consume(handler: (jobs: readonly QueuedJob<Data>[]) => Promise<void>, options?: ConsumeOptions): JobConsumer;
  /** Closes consumers, then connections. Safe to call twice. */
  close(): Promise<void>;
}

import type { EventEmitter } from 'node:events';
import { createPostgresBackend, Queue, type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { QueueBackend } from './job-queue.js';

/** Postgres schema of the queue backend. */
const SCHEMA = 'bullmq';
/** One hash slot for all keys of a queue, so that it works on Redis Cluster too. */
const PREFIX = '{telltale}';

const postgresOptions = (url: string, max: number) => ({
  connectionString: url,
  schema: SCHEMA,
  migrate: true,
  max,
  connectionTimeoutMillis: 5_000,
  application_name: 'telltale-queue',
  // BullMQ lends connections without listening to them: one that Postgres cuts between two statements would end the process.
  onConnect: (client: EventEmitter): void => void client.on('error', () => undefined),
});

/** A producer fails at once while Redis is away, so that its caller can say so. */
export function openBullQueue(name: string, { kind, url }: QueueBackend): Queue {
  if (kind === 'postgres')
    return new Queue(name, { connection: postgresOptions(url, 3) as never }, createPostgresBackend as never);
  return new Queue(name, {
    prefix: PREFIX,
    connection: {
      url,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      connectTimeout: 5_000,
      commandTimeout: 10_000,
      retryStrategy,
    },
  });
}

export function openBullWorker(
  name: string,
  { kind, url }: QueueBackend,
  processor: Processor,
  options: Omit<WorkerOptions, 'connection'>,
): Worker {
  if (kind === 'postgres') {
    return new Worker(
      name,
      processor,
      { ...options, connection: postgresOptions(url, 4) as never },
      createPostgresBackend as never,
    );
  }
  return new Worker(name, processor, {
    ...options,
    prefix: PREFIX,
    connection: { url, maxRetriesPerRequest: null, retryStrategy },
  });
}

/** Waiting time before the next attempt to reconnect, ms: soon, so that a restarted server is used within 2 s. */
function retryStrategy(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);
}

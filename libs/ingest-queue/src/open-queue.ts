import { StartError } from '@telltale/service-runtime';
import { openBullQueue } from './backend-connection.js';
import { BullQueue } from './bull-queue.js';
import { postgresStartError } from './check-postgres.js';
import { checkRedis } from './check-redis.js';
import type { JobQueue, QueueOptions } from './job-queue.js';

/** Opens a queue on either backend, or throws a StartError that says what to do. */
export async function openQueue<Data>(options: QueueOptions<Data>): Promise<JobQueue<Data>> {
  const { name, backend, logger } = options;
  const fits = backend.kind === 'redis' ? /^rediss?:/.test(backend.url) : /^postgres(ql)?:/.test(backend.url);
  if (!fits) {
    throw new StartError(
      'QUEUE_URL_WRONG',
      `QUEUE_BACKEND is ${backend.kind}, but QUEUE_URL is not an address of that kind`,
      backend.kind === 'redis' ? 'Set QUEUE_URL to redis://…' : 'Set QUEUE_URL to postgres://…',
    );
  }
  if (backend.kind === 'redis') await checkRedis(backend.url, logger);
  const queue = openBullQueue(name, backend);
  const bull = new BullQueue(queue, options);
  try {
    await queue.waitUntilReady();
    return bull;
  } catch (error) {
    await bull.close().catch(() => undefined);
    throw backend.kind === 'postgres' ? postgresStartError(backend.url, error) : error;
  }
}

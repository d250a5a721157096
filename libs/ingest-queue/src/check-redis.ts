import { Redis } from 'ioredis';
import { StartError, type Logger } from '@telltale/service-runtime';
import { codeOf, messageOf } from './queue.errors.js';

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

function unreachable(url: string, error: unknown): StartError {
  const { host } = new URL(url);
  const text = messageOf(error);
  if (/NOAUTH|WRONGPASS/.test(text)) {
    return new StartError(
      'QUEUE_REFUSED',
      `Redis at ${host} refuses the user or password of QUEUE_URL`,
      'Correct the password in QUEUE_URL',
      { cause: error },
    );
  }
  return new StartError(
    'QUEUE_UNREACHABLE',
    `Redis at ${host} does not answer (${codeOf(error) || text})`,
    'Start it or correct QUEUE_URL',
    { cause: error },
  );
}

/** Refuses a Redis that may drop jobs to make room; warns about one that forgets them when it is killed. */
export async function checkRedis(url: string, logger: Logger): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let lastError: unknown;
  redis.on('error', (error) => (lastError = error));
  try {
    await redis.connect();
    // INFO and not CONFIG GET: managed services forbid the latter.
    const policy = field(await redis.info('memory'), 'maxmemory_policy');
    if (policy !== 'noeviction') {
      throw new StartError(
        'QUEUE_EVICTS',
        `Redis at ${new URL(url).host} has maxmemory-policy ${policy ?? 'unknown'} and would throw jobs away when memory is short`,
        'Set maxmemory-policy noeviction',
      );
    }
    if (field(await redis.info('persistence'), 'aof_enabled') !== '1') {
      logger.warn(
        'Redis keeps no append-only file: after a crash the gateways send everything again that was waiting. Set appendonly yes.',
      );
    }
  } catch (error) {
    throw error instanceof StartError ? error : unreachable(url, lastError ?? error);
  } finally {
    redis.disconnect();
  }
}

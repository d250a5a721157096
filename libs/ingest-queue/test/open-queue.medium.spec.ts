import { describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createLogger, urlOf } from '@telltale/service-runtime';
import { openQueue, type QueueBackend } from '../src/index.js';

const open = (backend: QueueBackend): Promise<unknown> =>
  openQueue({ name: 'boot', schema: z.object({}), backend, logger: createLogger('boot', 'silent') });
const installed = spawnSync('redis-server', ['--version']).status === 0;
if (!installed) process.stderr.write('\nSKIPPED: refusal of a Redis that evicts: redis-server is not installed.\n');

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = Number(new URL(urlOf(probe.address())).port);
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('openQueue', () => {
  it('says in one sentence that the server is away', async () => {
    await expect(open({ kind: 'redis', url: 'redis://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
    });
    await expect(open({ kind: 'postgres', url: 'postgres://queue:x@127.0.0.1:1/telltale' })).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
    });
    await expect(open({ kind: 'redis', url: 'postgres://queue:x@127.0.0.1:1/telltale' })).rejects.toMatchObject({
      code: 'QUEUE_URL_WRONG',
    });
  });

  (installed ? it : it.skip)('refuses a Redis that throws jobs away when memory is short', async () => {
    const port = await freePort();
    const redis = spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--maxmemory-policy',
        'allkeys-lru',
        '--dir',
        tmpdir(),
      ],
      { stdio: 'ignore' },
    );
    let refused: unknown;
    for (let attempt = 0; attempt < 50; attempt++) {
      refused = await open({ kind: 'redis', url: `redis://127.0.0.1:${port}` }).catch((error: unknown) => error);
      if (refused instanceof Error && 'code' in refused && refused.code === 'QUEUE_EVICTS') break;
      await delay(50);
    }
    redis.kill('SIGKILL');
    expect(refused).toMatchObject({
      code: 'QUEUE_EVICTS',
      message: `Redis at 127.0.0.1:${port} has maxmemory-policy allkeys-lru and would throw jobs away when memory is short. Set maxmemory-policy noeviction.`,
    });
  });
});

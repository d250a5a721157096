// Started by the conformance suite as a process of its own: takes jobs, never finishes them, and is killed.
import { z } from 'zod';
import { createLogger } from '@telltale/service-runtime';
import { openQueue } from '../src/index.js';

const [name = '', kind = '', url = ''] = process.argv.slice(2);
const queue = await openQueue({
  name,
  schema: z.object({ n: z.number() }),
  backend: { kind: kind === 'redis' ? 'redis' : 'postgres', url },
  logger: createLogger('killed-consumer', 'silent'),
});
queue.consume(async (jobs) => {
  process.stdout.write(`${jobs.length}\n`);
  await new Promise(() => undefined);
});

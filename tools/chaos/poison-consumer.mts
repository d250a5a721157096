// A consumer that ends without a word whenever job 7 is among those it works on. Started by poison.mts; tells on stdout what it did.
import { z } from 'zod';
import { openQueue } from '@telltale/ingest-queue';
import { createLogger } from '@telltale/service-runtime';

const [kind = '', url = ''] = process.argv.slice(2);
const queue = await openQueue({ name: 'poison', schema: z.object({ n: z.number() }), backend: { kind: kind === 'redis' ? 'redis' : 'postgres', url }, logger: createLogger('poison', 'silent') });
const tell = (word: object): void => void process.stdout.write(`${JSON.stringify(word)}\n`);
queue.consume(
  async (jobs) => {
    if (jobs.some(({ data }) => data.n === 7)) process.kill(process.pid, 'SIGKILL');
    await new Promise((done) => setTimeout(done, 20));
    tell({ done: jobs.map(({ data }) => data.n) });
  },
  { concurrency: 2, onPoison: async ({ data, reason }) => tell({ poison: data, reason }) },
);
process.on('SIGTERM', () => void queue.close().then(() => process.exit(0)));

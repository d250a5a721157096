import { z } from 'zod';
     import { runMain } from '../src/run-main.js';
     import { StartError } from '../src/start-error.js';
     await runMain('probe', z.object({ WORD: z.string().describe('any word') }), async () => {
  const timer = setInterval(() => {}, 1000);
  process.stdout.write('up');
  return { name: 'probe', notReady: async () => [], close: async () => { clearInterval(timer); process.stderr.write('closed'); } };
});
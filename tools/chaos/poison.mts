// `npm run chaos -- poison`: one job of 200 ends every consumer that works on it. It alone is put away, after at most six consumers; its neighbours are done. Usage: poison.mts <rounds>
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { openQueue } from '@telltale/ingest-queue';
import { createLogger } from '@telltale/service-runtime';
import { DurablePostgres } from './durable-postgres.mts';
import { OwnRedis, redisProgram } from './own-redis.mts';

const JOBS = 200;
const MOST_CONSUMERS = 6;
const WITHIN_MS = 180_000;
const [rounds = 1] = process.argv.slice(2, 3).map(Number);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function round(kind: 'redis' | 'postgres', url: string): Promise<boolean> {
  const queue = await openQueue({ name: 'poison', schema: z.object({ n: z.number() }), backend: { kind, url }, logger: createLogger('chaos', 'silent') });
  await queue.addMany(Array.from({ length: JOBS }, (_, n) => ({ data: { n } })));
  const done = new Set<number>();
  const poison: number[] = [];
  let killed = 0;
  let open = true;
  const until = performance.now() + WITHIN_MS;
  while (open && performance.now() < until) {
    const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'poison-consumer.mts'), kind, url], { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    child.stdout.on('data', (part: Buffer) => {
      const lines = (rest + part.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const told = JSON.parse(line) as { done?: readonly number[]; poison?: { n: number } };
        for (const n of told.done ?? []) done.add(n);
        if (told.poison !== undefined) poison.push(told.poison.n);
      }
      if (poison.length > 0 && done.size === JOBS - 1) {
        open = false;
        child.kill('SIGTERM');
      }
    });
    const late = setTimeout(() => child.kill('SIGTERM'), Math.max(0, until - performance.now()));
    const signal = await new Promise((ended) => child.once('exit', (_code, name) => ended(name)));
    clearTimeout(late);
    if (signal === 'SIGKILL') killed++;
  }
  await queue.close();
  const passed = poison.length === 1 && poison[0] === 7 && done.size === JOBS - 1 && !done.has(7) && killed <= MOST_CONSUMERS;
  say(JSON.stringify({ chaos: 'poison', queue: kind, done: done.size, poison, consumersEnded: killed, passed }));
  return passed;
}

const postgres = await DurablePostgres.open();
const redis = redisProgram() === undefined ? undefined : await OwnRedis.open();
let passed = true;
for (let i = 0; i < rounds; i++) {
  if (redis === undefined) say('NOT TESTED: neither redis-server nor valkey-server is installed.');
  else passed = (await round('redis', redis.url)) && passed;
  passed = (await round('postgres', postgres.urls.telltale_queue)) && passed;
}
redis?.kill();
await postgres.close();
process.exitCode = passed ? 0 : 1;

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { createLogger } from '@telltale/service-runtime';
import {
  type JobQueue,
  openQueue,
  type PoisonJob,
  QueueUnavailableError,
  RetryLater,
  type QueueBackend,
} from '../src/index.js';
import { relayTo } from './cut-line.js';

const Item = z.object({ n: z.number() });
type Item = z.infer<typeof Item>;
const logger = createLogger('conformance', 'silent');

const backends: readonly (readonly [QueueBackend['kind'], string | undefined])[] = [
  ['postgres', process.env['TELLTALE_TEST_POSTGRES']],
  // A logical database of its own: the suite empties it.
  ['redis', process.env['TELLTALE_TEST_REDIS'] && `${process.env['TELLTALE_TEST_REDIS']}/9`],
];

async function until(what: string, condition: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Did not happen within ${limitMs} ms: ${what}`);
    await delay(20);
  }
}

for (const [kind, url] of backends) {
  if (url === undefined || url === '') {
    process.stderr.write(
      `\nSKIPPED: the queue conformance suite on ${kind}: no test server (TELLTALE_TEST_${kind.toUpperCase()} is empty).\n`,
    );
    describe.skip(`queue on ${kind}`, () => it('needs a test server', () => undefined));
    continue;
  }

  describe(`queue on ${kind}`, () => {
    const backend: QueueBackend = { kind, url };
    const open: JobQueue<Item>[] = [];
    let name = '';

    async function queueOn(target: QueueBackend = backend, attempts = 3): Promise<JobQueue<Item>> {
      const queue = await openQueue({ name, schema: Item, backend: target, logger, attempts, firstRetryMs: 50 });
      open.push(queue);
      return queue;
    }

    beforeEach(() => {
      name = `conformance-${Math.random().toString(36).slice(2)}`;
    });

    afterEach(async () => {
      await Promise.all(open.splice(0).map((queue) => queue.close()));
    });

    it('hands over in order of arrival but for close neighbours, up to 20 at once, and acknowledges', async () => {
      const queue = await queueOn();
      const wanted = Array.from({ length: 200 }, (_, n) => n);
      await queue.addMany(wanted.map((n) => ({ data: { n } })));
      expect(await queue.depth()).toEqual({ waiting: 200, active: 0, delayed: 0, failed: 0 });
      const got: number[] = [];
      const sizes: number[] = [];
      queue.consume(async (jobs) => {
        sizes.push(jobs.length);
        got.push(...jobs.map(({ data }) => data.n));
      });
      await until('all jobs handed over', () => got.length === 200);
      await until('queue empty', async () => Object.values(await queue.depth()).every((count) => count === 0));
      expect(got.toSorted((a, b) => a - b)).toEqual(wanted);
      // Fetches run in parallel, so neighbours may swap places; nobody is overtaken by more than what is under way.
      expect(Math.max(...got.map((n, place) => Math.abs(n - place)))).toBeLessThanOrEqual(40);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
      // On a busy machine groups are small.
      expect(sizes.length).toBeLessThanOrEqual(100);
      expect(await queue.oldestJobAgeMs()).toBe(0);
    });

    it('ignores a second job with the same key while the first one is there, and takes it afterwards', async () => {
      const queue = await queueOn();
      await queue.add({ n: 1 }, { dedupKey: 'b-7-1-1' });
      await queue.add({ n: 2 }, { dedupKey: 'b-7-1-1' });
      expect((await queue.depth()).waiting).toBe(1);
      const got: number[] = [];
      queue.consume(async (jobs) => void got.push(...jobs.map(({ data }) => data.n)));
      await until('first job done', async () => got.length === 1 && (await queue.depth()).active === 0);
      await queue.add({ n: 3 }, { dedupKey: 'b-7-1-1' });
      await until('third job done', () => got.length === 2);
      expect(got).toEqual([1, 3]);
    });

    it('tells the age of the oldest job', async () => {
      const queue = await queueOn();
      await queue.add({ n: 1 });
      await delay(300);
      await queue.add({ n: 2 });
      const age = await queue.oldestJobAgeMs();
      expect(age).toBeGreaterThanOrEqual(290);
      expect(age).toBeLessThan(5_000);
    });

    it('tries again what failed, alone, and puts poison away without touching the others', async () => {
      const queue = await queueOn();
      await queue.addMany(Array.from({ length: 10 }, (_, n) => ({ data: { n } })));
      const done: number[] = [];
      const tries: number[] = [];
      const poison: PoisonJob[] = [];
      const sizesWithFour: number[] = [];
      queue.consume(
        async (jobs) => {
          if (jobs.some(({ data }) => data.n === 4)) {
            sizesWithFour.push(jobs.length);
            tries.push(...jobs.filter(({ data }) => data.n === 4).map(({ attempt }) => attempt));
            throw new Error('four is bad');
          }
          done.push(...jobs.map(({ data }) => data.n));
        },
        { onPoison: async (job) => void poison.push(job) },
      );
      await until('poison put away and the others done', () => poison.length === 1 && done.length === 9);
      expect(done.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
      expect(tries).toEqual([1, 2, 3]);
      expect(sizesWithFour.slice(1)).toEqual([1, 1]);
      expect(poison[0]).toMatchObject({ data: { n: 4 }, reason: 'four is bad' });
      await until('queue empty', async () => Object.values(await queue.depth()).every((count) => count === 0));
    });

    it('keeps poison until it could be put away', async () => {
      const queue = await queueOn(backend, 1);
      await queue.add({ n: 1 });
      let refusals = 0;
      const first = queue.consume(() => Promise.reject(new Error('bad')), {
        onPoison: () => {
          refusals++;
          return Promise.reject(new Error('no room'));
        },
      });
      await until('putting away was refused', () => refusals > 0);
      await first.close();
      expect((await queue.depth()).failed).toBe(1);
      const poison: unknown[] = [];
      queue.consume(async () => undefined, { onPoison: async ({ data }) => void poison.push(data) });
      await until('poison put away by the next consumer', () => poison.length === 1);
    });

    it('puts away a job that does not fit the schema', async () => {
      const queue = await queueOn();
      const stranger = await openQueue({ name, schema: z.object({ other: z.string() }), backend, logger });
      await stranger.add({ other: 'version 0' });
      await stranger.close();
      const poison: PoisonJob[] = [];
      queue.consume(async () => undefined, { onPoison: async (job) => void poison.push(job) });
      await until('poison put away', () => poison.length === 1);
      expect(poison[0]?.data).toEqual({ other: 'version 0' });
      expect(poison[0]?.reason).toContain('does not fit');
    });

    it('holds jobs while the handler asks for patience, without counting it as a failure', async () => {
      const queue = await queueOn(backend, 1);
      await queue.addMany([{ data: { n: 1 } }, { data: { n: 2 } }]);
      let calls = 0;
      const got: number[] = [];
      queue.consume(async (jobs) => {
        if (++calls < 5) throw new RetryLater('Postgres is away.');
        got.push(...jobs.map(({ data }) => data.n));
      });
      await until('both handed over', () => got.length === 2);
      expect(got).toEqual([1, 2]);
    });

    it('gives jobs back on close and finishes the call under way', async () => {
      const queue = await queueOn();
      const started: number[] = [];
      let finished = 0;
      const consumer = queue.consume(
        async (jobs) => {
          started.push(...jobs.map(({ data }) => data.n));
          await delay(400);
          finished += jobs.length;
        },
        { maxJobsPerCall: 2 },
      );
      await queue.addMany(Array.from({ length: 10 }, (_, n) => ({ data: { n } })));
      await until('first call started', () => started.length > 0);
      await consumer.close();
      expect(finished).toBe(started.length);
      const rest: number[] = [];
      queue.consume(async (jobs) => void rest.push(...jobs.map(({ data }) => data.n)));
      await until('the rest handed over', () => rest.length + started.length >= 10);
      expect([...started, ...rest].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, n) => n));
    });

    it('hands the jobs of a killed consumer to another one within 15 s', async () => {
      const queue = await queueOn();
      await queue.addMany(Array.from({ length: 5 }, (_, n) => ({ data: { n } })));
      const hooks = join(import.meta.dirname, '../../service-runtime/test/typescript-hooks.mjs');
      const child = spawn(process.execPath, [
        '--conditions=source',
        '--import',
        hooks,
        join(import.meta.dirname, 'killed-consumer.ts'),
        name,
        kind,
        url,
      ]);
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const killedAt = Date.now();
      const got: number[] = [];
      queue.consume(async (jobs) => void got.push(...jobs.map(({ data }) => data.n)));
      await until('all five handed over', () => new Set(got).size === 5, 20_000);
      const afterMs = Date.now() - killedAt;
      process.stderr.write(`${kind}: jobs of a killed consumer redelivered after ${afterMs} ms\n`);
      expect(afterMs).toBeLessThanOrEqual(15_000);
      expect(got.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    });

    it('refuses jobs while the server is away, and goes on by itself when it is back', async () => {
      const target = new URL(url);
      const relay = await relayTo(target.hostname, Number(target.port));
      target.host = `127.0.0.1:${relay.port}`;
      const queue = await queueOn({ kind, url: target.href });
      const got = new Set<number>();
      queue.consume(async (jobs) => jobs.forEach(({ data }) => got.add(data.n)));
      await queue.add({ n: 1 });
      await until('first job done', () => got.has(1));
      await relay.cut();
      const refused: unknown = await queue.add({ n: 2 }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(QueueUnavailableError);
      await delay(1_500);
      await relay.heal();
      await until(
        'jobs are taken again',
        () =>
          queue.add({ n: 3 }).then(
            () => true,
            () => false,
          ),
        10_000,
      );
      const healedAt = Date.now();
      await until('third job done', () => got.has(3), 10_000);
      process.stderr.write(
        `${kind}: consumer went on ${Date.now() - healedAt} ms after the first job was taken again\n`,
      );
      await queue.close();
      await relay.cut();
    });

    if (kind === 'redis') {
      it('survives that Redis forgets everything', async () => {
        const queue = await queueOn();
        const got: number[] = [];
        queue.consume(async (jobs) => {
          got.push(...jobs.map(({ data }) => data.n));
          await delay(200);
        });
        await queue.addMany(Array.from({ length: 60 }, (_, n) => ({ data: { n } })));
        await until('some handed over', () => got.length > 0);
        const redis = new Redis(url);
        await redis.flushdb();
        await redis.quit();
        await queue.add({ n: 1_000 });
        await until('a new job is done', () => got.includes(1_000));
      });
    }
  });
}

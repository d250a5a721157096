import { MessageChannel, Worker } from 'node:worker_threads';
import type { TenantContext } from '@telltale/tenancy';
import type { Compactor } from './compactor.js';
import type { CompactorAnswer, CompactorOrder, CompactorRequest } from './compactor-orders.js';
import { CompactorThreadError } from './time-series.errors.js';

/** The same file whether this one runs from source or built. */
const THREAD = new URL('../dist/compactor-thread.js', import.meta.url);
const ENDED = 'The thread that compacts ended before it answered';

/**
 * A compactor in `threads` threads of its own, each with its connections; a tenant is always the work of the same one.
 * A thread that breaks fails the call under way, whose transaction Postgres takes back, and is started anew for the next.
 */
export function openThreadedCompactor(url: string, threads: number): Compactor {
  const workers: (Worker | undefined)[] = Array.from({ length: threads });
  let closed = false;
  const workerAt = (place: number): Worker => {
    if (closed) throw new CompactorThreadError('The compactor was closed', 'COMPACTOR_CLOSED');
    const known = workers[place];
    if (known !== undefined) return known;
    const worker = new Worker(THREAD, { workerData: { url }, name: `compactor ${place}` });
    const gone = (): void => {
      if (workers[place] === worker) workers[place] = undefined;
    };
    worker.on('error', gone).on('exit', gone);
    workers[place] = worker;
    return worker;
  };
  const send = <R>(worker: Worker, order: CompactorOrder): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      // The port closes with the thread, with or without an answer.
      port1.once('close', () => reject(new CompactorThreadError(ENDED, 'COMPACTOR_THREAD_ENDED')));
      port1.once('message', (answer: CompactorAnswer<R>) => {
        if (answer.done) resolve(answer.result);
        else reject(new CompactorThreadError(answer.message, answer.code, answer.stack));
        port1.close();
      });
      worker.postMessage({ order, answerTo: port2 } satisfies CompactorRequest, [port2]);
    });
  const ask = async <R>(place: number, order: CompactorOrder): Promise<R> => send(workerAt(place), order);
  const placeOf = ({ tenantId }: TenantContext): number => tenantId % threads;
  return {
    fold: (tenant, options) => ask(placeOf(tenant), { work: 'fold', tenant, options }),
    merge: (tenant, options) => ask(placeOf(tenant), { work: 'merge', tenant, options }),
    retire: (tenant, options) => ask(placeOf(tenant), { work: 'retire', tenant, options }),
    backlog: (tenant) => ask(placeOf(tenant), { work: 'backlog', tenant }),
    maintain: (nowUs) => ask(0, { work: 'maintain', nowUs }),
    close: async () => {
      closed = true;
      const running = workers.flatMap((worker) => worker ?? []);
      await Promise.all(
        running.map(async (worker) => {
          // Not events.once: that rejects when the thread breaks while nobody awaits it yet.
          const exit = new Promise((resolve) => worker.once('exit', resolve));
          await send(worker, { work: 'close' }).catch(() => worker.terminate());
          await exit;
        }),
      );
    },
  };
}

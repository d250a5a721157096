// A thread that compacts, so that decoding, merging and encoding never delay what the process serves.
import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openCompactor } from './compactor.js';
import type { CompactorAnswer, CompactorOrder, CompactorRequest } from './compactor-orders.js';

const given: { readonly url: string } = workerData;
const compactor = openCompactor(given.url);

// On Linux a priority belongs to a thread, elsewhere to the whole process: on busy cores appends go first.
if (process.platform === 'linux') setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + 5));

function follow(order: CompactorOrder): Promise<unknown> {
  switch (order.work) {
    case 'fold':
      return compactor.fold(order.tenant, order.options);
    case 'merge':
      return compactor.merge(order.tenant, order.options);
    case 'retire':
      return compactor.retire(order.tenant, order.options);
    case 'backlog':
      return compactor.backlog(order.tenant);
    case 'maintain':
      return compactor.maintain(order.nowUs);
    case 'close':
      return compactor.close();
  }
}

async function answerOf(order: CompactorOrder): Promise<CompactorAnswer<unknown>> {
  try {
    return { done: true, result: await follow(order) };
  } catch (error) {
    // An error that travels between threads loses its code.
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return error instanceof Error
      ? { done: false, message: error.message, stack: error.stack, code }
      : { done: false, message: String(error), stack: undefined, code };
  }
}

parentPort?.on('message', async ({ order, answerTo }: CompactorRequest) => {
  answerTo.postMessage(await answerOf(order));
  answerTo.close();
  if (order.work === 'close') parentPort?.close();
});

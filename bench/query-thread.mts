// A thread that asks as a console does, beside appends and compaction: in the product it is another process.
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openSeriesReader } from '@telltale/time-series';

export interface QueryOrder {
  readonly url: string;
  readonly tags: number;
  readonly tagsPerGateway: number;
  readonly tenants: number;
  /** [0] newest source second of the plant, [1] 1 = end. */
  readonly clock: SharedArrayBuffer;
}
export interface QueryReport {
  readonly ms: Readonly<Record<'latest of 100 tags' | '1 h at 1 min' | '10 min raw', readonly number[]>>;
  readonly cpuS: number;
}

const order = workerData as QueryOrder;
const now = new Float64Array(order.clock);
const reader = openSeriesReader(order.url);
const ms = { 'latest of 100 tags': [] as number[], '1 h at 1 min': [] as number[], '10 min raw': [] as number[] };
for (let k = 0; now[1] === 0; k++) {
  const tagId = 1 + ((k * 37) % order.tags);
  const tenant = { tenantId: 1 + ((1 + Math.floor((tagId - 1) / order.tagsPerGateway)) % order.tenants) };
  const toUs = (now[0] ?? 0) * 1e6;
  const questions = [
    ['latest of 100 tags', () => reader.latest(tenant, Array.from({ length: 100 }, (_, i) => tagId + i))],
    ['1 h at 1 min', () => reader.buckets(tenant, tagId, { fromUs: toUs - 3_600e6, toUs }, 60)],
    ['10 min raw', () => reader.raw(tenant, [tagId], { fromUs: toUs - 600e6, toUs })],
  ] as const;
  const [name, ask] = questions[k % questions.length] ?? questions[0];
  const start = performance.now();
  await ask();
  ms[name].push(performance.now() - start);
  await pause(200);
}
await reader.close();
const { user, system } = process.threadCpuUsage();
parentPort?.postMessage({ ms, cpuS: (user + system) / 1e6 } satisfies QueryReport);

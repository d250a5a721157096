// A worker thread that folds and merges as the historian does, on the clock of the plant in the bench.
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openCompactor } from '@telltale/time-series';

export interface CompactionOrder {
  readonly url: string;
  readonly tenants: readonly number[];
  readonly maxSamples: number;
  /** [0] newest source second of the plant, [1] 1 = end. */
  readonly clock: SharedArrayBuffer;
}
export interface CompactionReport {
  readonly folded: number;
  readonly foldS: number;
  readonly merged: number;
  readonly mergeS: number;
  readonly chunksWritten: number;
  readonly cpuS: number;
}

const { url, tenants, maxSamples, clock } = workerData as CompactionOrder;
const now = new Float64Array(clock);
const compactor = openCompactor(url);
const report = { folded: 0, foldS: 0, merged: 0, mergeS: 0, chunksWritten: 0 };
while (now[1] === 0) {
  let worked = false;
  for (const tenantId of tenants) {
    const nowUs = (now[0] ?? 0) * 1e6;
    const started = performance.now();
    const folded = await compactor.fold({ tenantId }, { nowUs, untilUs: Number.MAX_SAFE_INTEGER, maxSamples });
    const between = performance.now();
    const merged = await compactor.merge({ tenantId }, { nowUs });
    report.folded += (folded?.samples ?? 0) + (folded?.duplicates ?? 0);
    report.chunksWritten += folded?.chunksWritten ?? 0;
    report.foldS += (between - started) / 1_000;
    report.merged += merged?.windows ?? 0;
    report.mergeS += (performance.now() - between) / 1_000;
    // A fold that finds little rewrites the newest chunk of every tag for little: as the historian, wait for more.
    worked ||= (folded?.samples ?? 0) > maxSamples / 2 || (merged?.windows ?? 0) > 0;
  }
  if (!worked) await pause(500);
}
await compactor.close();
const { user, system } = process.threadCpuUsage();
parentPort?.postMessage({ ...report, cpuS: (user + system) / 1e6 } satisfies CompactionReport);

import { Worker } from 'node:worker_threads';
import { createGrafanaRole, roleUrl } from '@telltale/plant-registry';
import { openBenchDatabase } from './bench-database.mts';
import { diskRows } from './disk.mts';
import { fillHistory } from './filled-weeks.mts';
import type { HistoryOrder } from './history-thread.mts';
import { BENCH_TENANT } from './loaded-history.mts';
import { numbersFrom, printResult, type BenchRow } from './measure.mts';

const LIMIT_B_PER_SAMPLE = 2.5;

/** Fills once, then disk and read latencies on the same data, with row security: the acceptance on 70 million samples. */
export async function benchHistory(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 10_000, fast: 100, every: 600, days: 7, repeats: 300, seed: 1 });
  const database = await openBenchDatabase();
  try {
    const role = await createGrafanaRole(database.adminUrl, BENCH_TENANT.tenantId, 'bench');
    const { samples, appendS, foldS } = await fillHistory(database, { ...options, everyS: options.every });
    const disk = await diskRows(database, samples);
    const about = { ...options, samples, chunks: disk.chunks, appendPerS: Math.round(samples / appendS), compactPerS: Math.round(samples / foldS) };
    printResult('history: disk', { ...about, limit: LIMIT_B_PER_SAMPLE }, disk.rows);
    const { tags, fast, days, repeats } = options;
    const order: HistoryOrder = { readerUrl: database.urls.telltale_api, grafanaUrl: roleUrl(database.adminUrl, 'telltale', role, 'bench'), tags, fast, days, repeats };
    const asking = new Worker(new URL('./history-thread.mts', import.meta.url), { workerData: order });
    const rows = await new Promise<BenchRow[]>((done, failed) => asking.once('message', done).once('error', failed));
    printResult('history: query', about, rows);
  } finally {
    await database.close();
  }
}

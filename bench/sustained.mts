import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { decodeBatch } from '@telltale/tag-sample';
import { foldPauseMs, openSeriesWriter, openThreadedCompactor, type ReceivedBatch } from '@telltale/time-series';
import { BatchStore } from './batch-store.mts';
import { openBenchDatabase, walPosition } from './bench-database.mts';
import { cpuSeconds } from './cpu-time.mts';
import { median, numbersFrom, percentile, printResult } from './measure.mts';
import type { QueryOrder, QueryReport } from './query-thread.mts';

const TAGS_PER_GATEWAY = 200;
const SECONDS_PER_BATCH = 5;
const LIMITS = { samplesPerS: 500_000, p99Ms: 100, walBytes: 15 };

/** Append, compaction, rollups and queries at the same time, for long: what the store keeps up with. The plant's clock runs as fast as the samples come. */
export async function benchSustained(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 10_000, for: 600, rate: 500_000, tenants: 4, connections: 2, threads: 2, 'fold-samples': 1_000_000, seed: 1 });
  const database = await openBenchDatabase();
  const store = new BatchStore(join(database.folder, 'batches'));
  const startS = Math.floor(Date.UTC(2026, 8, 1) / 1_000);
  process.stderr.write('Making the batches …\n');
  store.fill({ tags: options.tags, tagsPerGateway: TAGS_PER_GATEWAY, secondsPerBatch: SECONDS_PER_BATCH, seconds: Math.ceil((options.rate * options.for) / options.tags), startS, seed: options.seed });
  const clock = new SharedArrayBuffer(16);
  const now = new Float64Array(clock);
  // On the plant's clock: for ours all of it would be late.
  const writer = openSeriesWriter(database.urls.telltale_historian, { maxConnections: options.connections, now: () => (now[0] ?? 0) * 1e6 });
  now[0] = startS;
  const tenantOf = (gateway: number): number => 1 + (gateway % options.tenants);
  const tenants = Array.from({ length: options.tenants }, (_, i) => i + 1);
  const compactor = openThreadedCompactor(database.urls.telltale_historian, options.threads);
  const order: QueryOrder = { url: database.urls.telltale_api, tags: options.tags, tagsPerGateway: TAGS_PER_GATEWAY, tenants: options.tenants, clock };
  const asking = new Worker(new URL('./query-thread.mts', import.meta.url), { workerData: order });
  const reported = new Promise<QueryReport>((done, failed) => asking.once('message', done).once('error', failed));

  const appendMs: number[] = [];
  const folding = { samples: 0, folds: 0, foldS: 0, mergeS: 0 };
  const backlog: number[] = [];
  const walBefore = await walPosition(database);
  const cpuBefore = { all: cpuSeconds(database.pid), append: process.threadCpuUsage(), node: process.cpuUsage() };
  const began = performance.now();
  let appended = 0;
  let offered = 0;
  let running = true;
  const appendWork = async (): Promise<void> => {
    while (offered < store.batches.length && (performance.now() - began) / 1_000 < options.for) {
      // As the queue hands them over: up to 20 of one tenant in a transaction. Not before they are due.
      const dueMs = ((store.batches[offered]?.seq ?? 0) * SECONDS_PER_BATCH * options.tags * 1_000) / options.rate;
      const early = dueMs - (performance.now() - began);
      if (early > 0) await pause(early);
      const group = takeGroup();
      const received = group.map((batch): ReceivedBatch => {
        const encoded = store.read(batch);
        return { tenant: { tenantId: tenantOf(batch.gateway) }, batch: decodeBatch(encoded), encoded, receivedAtUs: Date.now() * 1_000 };
      });
      const start = performance.now();
      await writer.append(received);
      appendMs.push(performance.now() - start);
      appended += group.reduce((sum, { samples }) => sum + samples, 0);
      now[0] = startS + (group[0]?.seq ?? 1) * SECONDS_PER_BATCH;
    }
  };
  const ready = new Map<number, (typeof store.batches)[number][]>();
  function takeGroup(): (typeof store.batches)[number][] {
    for (;;) {
      const next = store.batches[offered];
      const full = [...ready.entries()].find(([, own]) => own.length === 20 || (next === undefined && own.length > 0));
      if (full !== undefined || next === undefined) {
        ready.delete(full?.[0] ?? 0);
        return full?.[1] ?? [];
      }
      offered++;
      const tenantId = tenantOf(next.gateway);
      ready.set(tenantId, [...(ready.get(tenantId) ?? []), next]);
    }
  }
  const watch = async (): Promise<void> => {
    while (running) {
      const { rows } = await database.admin.query<{ n: string }>('select coalesce(sum(n), 0) as n from series.sample_block');
      backlog.push(Number(rows[0]?.n));
      await pause(1_000);
    }
  };
  /** As the historian does, on the clock of the plant in the bench. */
  const compact = async (own: readonly number[]): Promise<void> => {
    const limits = { maxSamples: options['fold-samples'], leastMs: 1_000 };
    const plans = own.map((tenantId) => ({ tenantId, foldedAtMs: performance.now(), foldAtMs: 0, mergeAtMs: 0 }));
    while (running) {
      let worked = false;
      for (const plan of plans) {
        const { tenantId } = plan;
        const nowUs = (now[0] ?? 0) * 1e6;
        const startedMs = performance.now();
        if (startedMs >= plan.foldAtMs) {
          const folded = await compactor.fold({ tenantId }, { nowUs, untilUs: Number.MAX_SAFE_INTEGER, maxSamples: limits.maxSamples });
          if (folded !== undefined) {
            folding.samples += folded.samples + folded.duplicates;
            folding.folds += folded.samples > 0 ? 1 : 0;
            plan.foldAtMs = performance.now() + foldPauseMs({ ...folded, collectedMs: startedMs - plan.foldedAtMs }, limits);
            plan.foldedAtMs = startedMs;
          }
          folding.foldS += (performance.now() - startedMs) / 1_000;
          worked = true;
        }
        const betweenMs = performance.now();
        if (betweenMs >= plan.mergeAtMs) {
          const merged = await compactor.merge({ tenantId }, { nowUs });
          plan.mergeAtMs = performance.now() + ((merged?.windows ?? 0) > 0 ? 0 : 1_000);
          folding.mergeS += (performance.now() - betweenMs) / 1_000;
          worked = true;
        }
      }
      if (!worked) await pause(100);
    }
  };
  try {
    const shares = [...Map.groupBy(tenants, (tenantId) => tenantId % options.threads).values()];
    const watching = [watch(), ...shares.map(compact)];
    await Promise.all(Array.from({ length: options.connections }, appendWork));
    const elapsedS = (performance.now() - began) / 1_000;
    const walBytes = (await walPosition(database)) - walBefore;
    const cpuUs = ((cpuSeconds(database.pid) - cpuBefore.all) * 1e6) / appended;
    const { user, system } = process.threadCpuUsage(cpuBefore.append);
    const nodeCpu = process.cpuUsage(cpuBefore.node);
    running = false;
    now[1] = 1;
    await Promise.all(watching);
    const report = await reported;
    const threadsS = (nodeCpu.user + nodeCpu.system - user - system) / 1e6 - report.cpuS;
    const queryMs = Object.values(report.ms).flat();
    const third = Math.max(1, Math.floor(backlog.length / 3));
    printResult('sustained', { ...options, limits: LIMITS }, [
      {
        'samples/s': appended / elapsedS, 's': elapsedS, 'append p50 ms': median(appendMs), 'append p99 ms': percentile(appendMs, 0.99), 'WAL B/sample': walBytes / appended,
        'CPU µs/sample': cpuUs, 'of it append': (user + system) / appended, 'of it compaction': (threadsS * 1e6) / appended, '2 cores could do': 2e6 / cpuUs, 'folded/s': folding.samples / elapsedS, 'samples/fold': folding.samples / folding.folds, 'fold busy': folding.foldS / elapsedS, 'merge busy': folding.mergeS / elapsedS,
        'backlog first third': median(backlog.slice(0, third)), 'backlog middle third': median(backlog.slice(third, 2 * third)), 'backlog last third': median(backlog.slice(2 * third)), ...Object.fromEntries(Object.entries(report.ms).map(([what, ms]) => [`${what} p95 ms`, percentile(ms, 0.95)])), 'queries': queryMs.length, 'wire B/sample': store.bytes / store.samples,
      },
    ]);
  } finally {
    running = false;
    now[1] = 1;
    await Promise.all([writer.close(), compactor.close(), reported.catch(() => undefined)]);
    store.close();
    await database.close();
  }
}

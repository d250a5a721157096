import { cpuSeconds } from './cpu-time.mts';
import { median, numbersFrom, percentile, printResult, type BenchRow } from './measure.mts';
import { queueKinds, until, WholePath, type QueueKind } from './whole-path.mts';

const LIMITS = { redis: 200_000, postgres: 80_000, p95Ms: 1_000 };

/** HTTP ingest → queue → committed and queryable, on both queue backends: as much as goes, then the age of fresh samples at 1 Hz. */
export async function benchE2e(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 10_000, for: 30, ahead: 4, concurrency: 2, 'seconds-per-batch': 5, 'warm-up': 5, 'live-seconds': 20, seed: 1 });
  const rows: BenchRow[] = [];
  for (const kind of queueKinds()) rows.push(await measure(kind, options));
  printResult('e2e', { ...options, limits: LIMITS }, rows);
}

async function measure(kind: QueueKind, options: Readonly<Record<'tags' | 'for' | 'ahead' | 'concurrency' | 'seconds-per-batch' | 'warm-up' | 'live-seconds' | 'seed', number>>): Promise<BenchRow> {
  const path = await WholePath.open(kind, options);
  try {
    const order = { gateways: path.gateways, secondsPerBatch: options['seconds-per-batch'], ahead: options.ahead, live: false, seed: options.seed };
    const warm = await path.send({ ...order, seconds: options['warm-up'], epoch: 3 });
    await until(async () => (await path.committed()) >= warm.samples, 300_000);
    const cpuNow = () => ({ Postgres: cpuSeconds(path.database.pid), ingest: path.ingest.cpuSeconds(), historian: path.historian.cpuSeconds(), Redis: path.redis?.cpuSeconds() ?? 0, bench: process.cpuUsage() });
    const before = cpuNow();
    const began = performance.now();
    const sent = await path.send({ ...order, seconds: options.for, epoch: 1 });
    await until(async () => (await path.committed()) >= warm.samples + sent.samples, 300_000);
    const elapsedS = (performance.now() - began) / 1_000;
    const after = cpuNow();
    const ownS = (after.bench.user + after.bench.system - before.bench.user - before.bench.system) / 1e6;
    const perSample = (seconds: number): number => (seconds * 1e6) / sent.samples;
    const cost = {
      'ingest µs/sample': perSample(after.ingest - before.ingest), historian: perSample(after.historian - before.historian),
      Postgres: perSample(after.Postgres - before.Postgres - ownS), Redis: perSample(after.Redis - before.Redis),
    };
    const live = await path.liveDelays(path.gateways, options['live-seconds'], options.seed);
    return {
      queue: kind, 'samples/s': sent.samples / elapsedS, refused: sent.refused, ...cost, gateways: perSample(sent.cpuS),
      '2 cores could do': 2e6 / Object.values(cost).reduce((sum, value) => sum + value, 0),
      'live samples/s': live.samplesPerS, 'source-to-query p50 ms': median(live.delays), 'p95 ms': percentile(live.delays, 0.95), seen: live.delays.length,
    };
  } finally {
    await path.close();
  }
}

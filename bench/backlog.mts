import { setTimeout as pause } from 'node:timers/promises';
import { median, numbersFrom, percentile, printResult, type BenchRow } from './measure.mts';
import { queueKinds, until, WholePath } from './whole-path.mts';

const LIMITS = { timesRealTime: 20, liveP95Ms: 5_000 };

/** Gateways come back after a long outage and send what they kept, while others send at 1 Hz as always: speed of the one, age of the other. */
export async function benchBacklog(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 2_000, 'live-tags': 2_000, for: 60, ahead: 4, concurrency: 2, 'seconds-per-batch': 5, seed: 1 });
  const rows: BenchRow[] = [];
  for (const kind of queueKinds()) {
    const path = await WholePath.open(kind, { tags: options.tags + options['live-tags'], concurrency: options.concurrency });
    try {
      const away = Math.ceil(options.tags / 200);
      const [back, live] = [path.gateways.slice(0, away), path.gateways.slice(away)];
      const warm = await path.send({ gateways: live, secondsPerBatch: 1, seconds: 5, ahead: 4, live: true, epoch: 3, seed: options.seed });
      await until(async () => (await path.committed()) >= warm.samples, 120_000);
      const alone = await path.liveDelays(live, Math.min(20, options.for / 2), options.seed + 1);
      const began = performance.now();
      const [sent, beside] = await Promise.all([
        path.send({ gateways: back, secondsPerBatch: options['seconds-per-batch'], seconds: options.for, ahead: options.ahead, live: false, epoch: 1, seed: options.seed }),
        (async () => {
          await pause(1_000);
          return path.liveDelays(live, options.for - 2, options.seed + 2, 4);
        })(),
      ]);
      const seconds = (performance.now() - began) / 1_000;
      rows.push({
        queue: kind, 'backlog samples/s': sent.samples / seconds, '× real time': sent.samples / options.tags / seconds, refused: sent.refused,
        'live p95 ms alone': percentile(alone.delays, 0.95), 'p50 ms beside the backlog': median(beside.delays), 'p95 ms beside the backlog': percentile(beside.delays, 0.95), 'live samples/s': beside.samplesPerS, seen: beside.delays.length,
      });
    } finally {
      await path.close();
    }
  }
  printResult('backlog', { ...options, limits: LIMITS }, rows);
}

import { encodeBatch, type SampleColumns } from '@telltale/tag-sample';
import { openSeriesWriter, openThreadedCompactor, type ReceivedBatch } from '@telltale/time-series';
import type { BenchDatabase } from './bench-database.mts';
import { BENCH_TENANT, LOADED_FROM_S } from './loaded-history.mts';
import { SensorLike } from './sensor-like.mts';

const HOUR_S = 3_600;
/** An hour counts as over two minutes after its end. */
const SETTLED_S = 180;
const FAST_TAGS_PER_BATCH = 2;
const SLOW_TAGS_PER_BATCH = 1_000;

export interface FillOptions {
  readonly tags: number;
  /** The first ones send at 1 Hz … */
  readonly fast: number;
  /** … the others a sample every so many seconds. */
  readonly everyS: number;
  readonly days: number;
  readonly seed: number;
}

/** History of days, hour by hour, folded when the hour is over: what a store of that age holds, in minutes instead of days. */
export async function fillHistory(database: BenchDatabase, options: FillOptions): Promise<{ samples: number; appendS: number; foldS: number }> {
  let nowUs = LOADED_FROM_S * 1e6;
  // On the plant's clock: for ours all of it would be late.
  const writer = openSeriesWriter(database.urls.telltale_historian, { now: () => nowUs });
  const compactor = openThreadedCompactor(database.urls.telltale_historian, 1);
  const sensors = new SensorLike(options.tags, options.seed);
  const done = { samples: 0, appendS: 0, foldS: 0 };
  let seq = 0;
  const received = (samples: SampleColumns, startS: number): ReceivedBatch => {
    const batch = { identity: { gatewayId: 1, epoch: 1, seq: ++seq }, samples, continuity: [] };
    done.samples += samples.tagIds.length;
    return { tenant: BENCH_TENANT, batch, encoded: encodeBatch(batch), receivedAtUs: (startS + HOUR_S) * 1e6 };
  };
  const append = async (batches: readonly ReceivedBatch[]): Promise<void> => {
    const start = performance.now();
    await writer.append(batches);
    done.appendS += (performance.now() - start) / 1_000;
  };
  const compact = async (): Promise<void> => {
    const start = performance.now();
    while (((await compactor.fold(BENCH_TENANT, { nowUs, untilUs: Number.MAX_SAFE_INTEGER, maxSamples: 1_000_000 }))?.blocks ?? 0) > 0);
    while (((await compactor.merge(BENCH_TENANT, { nowUs }))?.windows ?? 0) > 0);
    done.foldS += (performance.now() - start) / 1_000;
  };
  for (let hour = 0; hour < options.days * 24; hour++) {
    const startS = LOADED_FROM_S + hour * HOUR_S;
    nowUs = (startS + HOUR_S) * 1e6;
    const batches: ReceivedBatch[] = [];
    for (let tag = 0; tag < options.tags;) {
      const fast = tag < options.fast;
      const count = Math.min(fast ? FAST_TAGS_PER_BATCH : SLOW_TAGS_PER_BATCH, (fast ? options.fast : options.tags) - tag);
      batches.push(received(sensors.columns(tag, count, startS, HOUR_S, fast ? 1 : options.everyS), startS));
      tag += count;
    }
    for (let i = 0; i < batches.length; i += 20) await append(batches.slice(i, i + 20));
    nowUs = (startS + HOUR_S + SETTLED_S) * 1e6;
    await compact();
    if (hour % 24 === 23) {
      await database.admin.query('vacuum series.sample_chunk, series.rollup_day');
      process.stderr.write(`day ${(hour + 1) / 24} of ${options.days}: ${done.samples} samples\n`);
    }
  }
  await Promise.all([writer.close(), compactor.close()]);
  await database.admin.query('vacuum analyze');
  return done;
}

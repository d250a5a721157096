import { encodeBatch } from '@telltale/tag-sample';
import { openCompactor, openSeriesWriter } from '@telltale/time-series';
import type { BenchDatabase } from './bench-database.mts';
import { copyInto, copyRows } from './raw-copy.mts';
import { SensorLike } from './sensor-like.mts';

export const BENCH_TENANT = { tenantId: 1 };
export const LOADED_FROM_S = Date.UTC(2026, 8, 1) / 1_000;
const TAGS_PER_BATCH = 20;
const SECONDS_PER_BATCH = 300;

export interface LoadOptions {
  readonly tags: number;
  readonly hours: number;
  readonly seed: number;
  /** Also into public.narrow. */
  readonly narrow: boolean;
}

/** Appends, folds and merges `hours` of 1 Hz data, hour by hour as it would come. Returns samples and seconds per step. */
export async function loadHistory(
  database: BenchDatabase,
  options: LoadOptions,
): Promise<{ samples: number; appendS: number; foldS: number }> {
  let clockUs = 0;
  // As it would come: appended now, all of it would be late.
  const writer = openSeriesWriter(database.urls.telltale_historian, { now: () => clockUs });
  const compactor = openCompactor(database.urls.telltale_historian);
  const sensors = new SensorLike(options.tags, options.seed);
  const client = await database.admin.connect();
  const done = { samples: 0, appendS: 0, foldS: 0 };
  let seq = 0;
  for (let hour = 0; hour < options.hours; hour++) {
    for (let at = 0; at < 3_600; at += SECONDS_PER_BATCH) {
      const startS = LOADED_FROM_S + hour * 3_600 + at;
      const received = [];
      for (let tag = 0; tag < options.tags; tag += TAGS_PER_BATCH) {
        const samples = sensors.columns(tag, Math.min(TAGS_PER_BATCH, options.tags - tag), startS, SECONDS_PER_BATCH);
        const batch = { identity: { gatewayId: 1, epoch: 1, seq: ++seq }, samples, continuity: [] };
        received.push({ tenant: BENCH_TENANT, batch, encoded: encodeBatch(batch), receivedAtUs: startS * 1e6 });
        done.samples += samples.tagIds.length;
        if (options.narrow) await copyInto(client, 'public.narrow', copyRows(BENCH_TENANT.tenantId, samples));
      }
      clockUs = (startS + SECONDS_PER_BATCH) * 1e6;
      const start = performance.now();
      for (let i = 0; i < received.length; i += 20) await writer.append(received.slice(i, i + 20));
      const appended = performance.now();
      const nowUs = (startS + SECONDS_PER_BATCH) * 1e6;
      while (((await compactor.fold(BENCH_TENANT, { nowUs, untilUs: Number.MAX_SAFE_INTEGER }))?.blocks ?? 0) > 0);
      while (((await compactor.merge(BENCH_TENANT, { nowUs }))?.windows ?? 0) > 0);
      done.appendS += (appended - start) / 1_000;
      done.foldS += (performance.now() - appended) / 1_000;
    }
    // What autovacuum does in the background, at a repeatable moment.
    await database.admin.query('vacuum series.sample_chunk');
  }
  const laterUs = (LOADED_FROM_S + options.hours * 3_600 + 86_400) * 1e6;
  while (((await compactor.merge(BENCH_TENANT, { nowUs: laterUs }))?.windows ?? 0) > 0);
  client.release();
  await Promise.all([writer.close(), compactor.close()]);
  await database.admin.query('vacuum analyze');
  return done;
}

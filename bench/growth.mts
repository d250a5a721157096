import type { QueryResultRow } from 'pg';
import { encodeBatch } from '@telltale/tag-sample';
import { openCompactor, openSeriesReader, openSeriesWriter, type ReceivedBatch } from '@telltale/time-series';
import { openBenchDatabase, type BenchDatabase } from './bench-database.mts';
import { cpuSeconds } from './cpu-time.mts';
import { median, numbersFrom, printResult } from './measure.mts';
import { SensorLike } from './sensor-like.mts';

const TAGS_PER_GATEWAY = 200;
const SECONDS_PER_BATCH = 5;
const LEAST_SAMPLES = 600_000;
const NEW_CONNECTIONS = 10;
const LIMITS = { ratio: 1.3, planMs: 5 };

interface Size {
  readonly tags: number;
  readonly tenants: number;
}

/** CPU per sample of append and compaction, and planning time of reads, as tags and tenants grow; alternated round by round in one database. Wall time would measure the neighbours. */
export async function benchGrowth(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { seconds: 60, rounds: 3, 'most-tags': 100_000, 'most-tenants': 1_000, seed: 1 });
  const byTags = [1_000, 10_000, 100_000].filter((tags) => tags <= options['most-tags']).map((tags) => ({ tags, tenants: 1 }));
  const byTenants = [1, 10, 100, 1_000].filter((tenants) => tenants <= options['most-tenants']).map((tenants) => ({ tags: tenants * 200, tenants }));
  const sizes: readonly Size[] = [...byTags, ...byTenants];
  const database = await openBenchDatabase({ shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' });
  await database.admin.query('create extension pg_stat_statements');
  const costs = sizes.map(() => ({ append: [] as number[], fold: [] as number[] }));
  const plans: Plan[] = [];
  try {
    // The first round warms caches and compiled code.
    for (let round = 0; round <= options.rounds; round++) {
      for (const [i, size] of sizes.entries()) {
        // Few tags get more stretches, an hour apart, so that what every run costs at least does not count.
        const stretches = Math.max(1, Math.ceil(LEAST_SAMPLES / (size.tags * options.seconds)));
        const cost = { append: 0, fold: 0 };
        for (let stretch = 0; stretch < stretches; stretch++) {
          const part = await load(database, size, { firstTenant: 1 + i * 10_000, hour: round * 1_000 + stretch, seconds: options.seconds, seed: options.seed });
          cost.append += part.append / stretches;
          cost.fold += part.fold / stretches;
        }
        if (round === 0) continue;
        costs[i]?.append.push(cost.append);
        costs[i]?.fold.push(cost.fold);
      }
    }
    await database.admin.query('vacuum analyze');
    for (const [i, size] of sizes.entries()) plans.push(await planning(database, size, 1 + i * 10_000));
  } finally {
    await database.close();
  }
  const row = (size: Size, i: number, base: number) => {
    const append = median(costs[i]?.append ?? []);
    const fold = median(costs[i]?.fold ?? []);
    const first = median(costs[base]?.append ?? []) + median(costs[base]?.fold ?? []);
    return { tags: String(size.tags), tenants: String(size.tenants), 'append µs/sample': append, 'compaction µs/sample': fold, '÷ smallest': (append + fold) / first, 'planning ms, worst statement': plans[i]?.ms ?? NaN, statement: plans[i]?.statement ?? '' };
  };
  printResult('growth', { ...options, limits: LIMITS }, sizes.map((size, i) => row(size, i, i < byTags.length ? 0 : byTags.length)));
}

async function load(database: BenchDatabase, { tags, tenants }: Size, run: { firstTenant: number; hour: number; seconds: number; seed: number }): Promise<{ append: number; fold: number }> {
  const startS = Date.UTC(2026, 8, 1) / 1_000 - run.hour * 3_600;
  let clockS = startS;
  // On the plant's clock: for ours all of it would be late.
  const writer = openSeriesWriter(database.urls.telltale_historian, { maxConnections: 2, now: () => clockS * 1e6 });
  const compactor = openCompactor(database.urls.telltale_historian);
  const tagsPerTenant = tags / tenants;
  const sensors = new SensorLike(tags, run.seed);
  const cost = { append: 0, fold: 0 };
  let samples = 0;
  const counted = async (what: keyof typeof cost, work: () => Promise<unknown>): Promise<void> => {
    const before = cpuSeconds(database.pid);
    await work();
    cost[what] += cpuSeconds(database.pid) - before;
  };
  try {
    for (let at = 0; at < run.seconds; at += SECONDS_PER_BATCH) {
      const groups: ReceivedBatch[][] = [];
      for (let tenant = 0; tenant < tenants; tenant++) {
        const own: ReceivedBatch[] = [];
        for (let tag = 0; tag < tagsPerTenant; tag += TAGS_PER_GATEWAY) {
          const columns = sensors.columns(tenant * tagsPerTenant + tag, TAGS_PER_GATEWAY, startS + at, SECONDS_PER_BATCH);
          const batch = { identity: { gatewayId: 1 + tag / TAGS_PER_GATEWAY, epoch: run.hour + 1, seq: 1 + at / SECONDS_PER_BATCH }, samples: columns, continuity: [] };
          own.push({ tenant: { tenantId: run.firstTenant + tenant }, batch, encoded: encodeBatch(batch), receivedAtUs: (startS + at) * 1e6 });
          samples += columns.tagIds.length;
        }
        for (let i = 0; i < own.length; i += 20) groups.push(own.slice(i, i + 20));
      }
      clockS = startS + at + SECONDS_PER_BATCH;
      await counted('append', async () => {
        for (const group of groups) await writer.append(group);
      });
    }
    await counted('fold', async () => {
      const nowUs = (startS + run.seconds) * 1e6;
      for (let tenant = 0; tenant < tenants; tenant++)
        while (((await compactor.fold({ tenantId: run.firstTenant + tenant }, { nowUs, untilUs: Number.MAX_SAFE_INTEGER }))?.blocks ?? 0) > 0);
    });
  } finally {
    await Promise.all([writer.close(), compactor.close()]);
  }
  return { append: (cost.append * 1e6) / samples, fold: (cost.fold * 1e6) / samples };
}

interface Plan extends QueryResultRow {
  readonly ms: number;
  readonly statement: string;
}

/** The reads of a dashboard on new connections, each of which plans a statement once, and the statement that took longest to plan, on the average. */
async function planning(database: BenchDatabase, { tags, tenants }: Size, firstTenant: number): Promise<Plan> {
  const tenant = { tenantId: firstTenant };
  const fromUs = Date.UTC(2026, 8, 1) * 1_000;
  const tagIds = Array.from({ length: Math.min(100, tags / tenants) }, (_, i) => i + 1);
  await database.admin.query('select pg_stat_statements_reset()');
  for (let i = 0; i < NEW_CONNECTIONS; i++) {
    const reader = openSeriesReader(database.urls.telltale_api);
    try {
      await reader.latest(tenant, tagIds);
      await reader.asOf(tenant, tagIds.slice(0, 10), fromUs + 60e6);
      await reader.raw(tenant, tagIds.slice(0, 10), { fromUs, toUs: fromUs + 600e6 });
      await reader.buckets(tenant, tagIds[0] ?? 1, { fromUs, toUs: fromUs + 86_400e6 }, 3_600);
      await reader.continuity(tenant, tagIds, { fromUs, toUs: fromUs + 3_600e6 });
    } finally {
      await reader.close();
    }
  }
  const { rows } = await database.admin.query<Plan>(
    `select total_plan_time / plans as ms, regexp_replace(left(query, 60), '\\s+', ' ', 'g') as statement from pg_stat_statements where plans >= $1 and query like '%series.%' order by 1 desc limit 1`,
    [NEW_CONNECTIONS],
  );
  if (!rows[0]) throw new Error('growth: no statement was planned on a new connection; see which statements pg_stat_statements holds.');
  return rows[0];
}

import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSeriesReader } from '@telltale/time-series';
import { OwnRedis, redisProgram } from '../tools/chaos/own-redis.mts';
import { ServiceProcess } from '../tools/chaos/service-process.mts';
import { openBenchDatabase, type BenchDatabase } from './bench-database.mts';
import { cpuSeconds } from './cpu-time.mts';
import { median, numbersFrom, percentile, printResult, type BenchRow } from './measure.mts';
import { registerPlant, type RegisteredGateway } from './registered-plant.mts';
import type { SendingOrder } from './sending-gateways.mts';

const TAGS_PER_GATEWAY = 200;
const TENANT = { tenantId: 1 };

/** HTTP ingest → queue → committed and queryable: everything in processes of its own, on both queue backends. */
export async function benchE2e(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 10_000, for: 30, ahead: 4, concurrency: 2, 'seconds-per-batch': 5, 'live-seconds': 20, seed: 1 });
  const kinds = redisProgram() === undefined ? (['postgres'] as const) : (['redis', 'postgres'] as const);
  const rows: BenchRow[] = [];
  for (const kind of kinds) rows.push(await measure(kind, options));
  printResult('e2e', { ...options, limits: { redis: 200_000, postgres: 80_000, p95Ms: 1_000 } }, rows);
}

async function measure(kind: 'redis' | 'postgres', options: { tags: number; for: number; ahead: number; concurrency: number; 'seconds-per-batch': number; 'live-seconds': number; seed: number }): Promise<BenchRow> {
  const database = await openBenchDatabase();
  const redis = kind === 'redis' ? await OwnRedis.open() : undefined;
  const gateways = await registerPlant(database.adminUrl, { ...TENANT, gateways: Math.ceil(options.tags / TAGS_PER_GATEWAY), tagsPerGateway: TAGS_PER_GATEWAY });
  const port = await freePort();
  const common = { QUEUE_BACKEND: kind, QUEUE_URL: redis?.url ?? database.urls.telltale_queue, LOG_LEVEL: 'warn', HTTP_HOST: '127.0.0.1' };
  const ingest = new ServiceProcess('ingest', { ...common, DATABASE_URL: database.urls.telltale_ingest, HTTP_PORT: String(port), METRICS_PORT: '0', TENANT_SAMPLES_PER_SECOND: '100000000', TENANT_BYTES_PER_SECOND: '1000000000' });
  const historian = new ServiceProcess('historian', { ...common, DATABASE_URL: database.urls.telltale_historian, HTTP_PORT: '0', APPEND_CONCURRENCY: String(options.concurrency) });
  ingest.start();
  historian.start();
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(async () => (await fetch(`${url}/health/ready`)).ok);
    const orderOf = (live: boolean, seconds: number): SendingOrder => ({ url, gateways, secondsPerBatch: live ? 1 : options['seconds-per-batch'], seconds, ahead: options.ahead, live, epoch: live ? 2 : 1, seed: options.seed });
    const committed = async (): Promise<number> => {
      const { rows } = await database.admin.query<{ n: string }>('select (select coalesce(sum(n), 0) from series.sample_block) + (select coalesce(sum(n), 0) from series.sample_chunk) as n');
      return Number(rows[0]?.n);
    };
    const before = { cpu: cpuSeconds(database.pid), ingest: ingest.cpuSeconds(), historian: historian.cpuSeconds() };
    const began = performance.now();
    const sent = await send(orderOf(false, options.for));
    await until(async () => (await committed()) >= sent.samples, 300_000);
    const elapsedS = (performance.now() - began) / 1_000;
    const perSample = (seconds: number): number => (seconds * 1e6) / sent.samples;
    const cost = {
      'µs/sample ingest': perSample(ingest.cpuSeconds() - before.ingest), historian: perSample(historian.cpuSeconds() - before.historian),
      Postgres: perSample(cpuSeconds(database.pid) - before.cpu), gateways: perSample(sent.cpuS), Redis: redis === undefined ? 0 : perSample(redis.cpuSeconds()),
    };
    const live = await liveLatency(database, gateways, orderOf(true, options['live-seconds']));
    const total = cost['µs/sample ingest'] + cost.historian + cost.Postgres + cost.Redis;
    return {
      queue: kind, 'samples/s': sent.samples / elapsedS, batches: sent.sent, refused: sent.refused, ...cost, '2 cores could do': 2e6 / total,
      'live samples/s': live.rate, 'source-to-query p50 ms': median(live.delays), 'p95 ms': percentile(live.delays, 0.95), asked: live.delays.length,
    };
  } catch (error) {
    process.stderr.write(`ingest said: ${ingest.said}\nhistorian said: ${historian.said}\n`);
    throw error;
  } finally {
    await ingest.stop();
    await historian.stop();
    redis?.kill();
    await database.close();
  }
}

/** How old the newest sample of a tag is the moment a reader first sees it; the batch itself spans a second, which is not counted. */
async function liveLatency(database: BenchDatabase, gateways: readonly RegisteredGateway[], order: SendingOrder): Promise<{ rate: number; delays: readonly number[] }> {
  const reader = openSeriesReader(database.urls.telltale_api);
  const delays: number[] = [];
  let running = true;
  const last = new Map<number, number>();
  const tagIds = gateways.map(({ tagIds }) => tagIds[0] ?? 0);
  const watch = async (): Promise<void> => {
    while (running) {
      const latest = await reader.latest(TENANT, tagIds);
      const nowUs = Date.now() * 1_000;
      for (const { tagId, sourceTimeUs } of latest) {
        const known = last.get(tagId);
        if (known !== undefined && sourceTimeUs > known) delays.push((nowUs - sourceTimeUs) / 1_000);
        last.set(tagId, sourceTimeUs);
      }
      await pause(20);
    }
  };
  const watching = watch();
  const sent = await send(order);
  await pause(1_500);
  running = false;
  await watching;
  await reader.close();
  return { rate: sent.samples / sent.seconds, delays };
}

interface Sent {
  readonly sent: number;
  readonly samples: number;
  readonly refused: number;
  readonly seconds: number;
  readonly cpuS: number;
}

async function send(order: SendingOrder): Promise<Sent> {
  const child: ChildProcess = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'sending-gateways.mts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (part: Buffer) => (text += part.toString()));
  child.stdin?.end(JSON.stringify(order));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`The sending gateways ended with ${String(code)}.`);
  return JSON.parse(text) as Sent;
}

async function until(check: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await check().catch(() => false))) {
    if (performance.now() > end) throw new Error(`Not within ${withinMs / 1_000} s.`);
    await pause(50);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

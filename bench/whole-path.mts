import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSeriesReader } from '@telltale/time-series';
import { OwnRedis, redisProgram } from '../tools/chaos/own-redis.mts';
import { ServiceProcess } from '../tools/chaos/service-process.mts';
import { openBenchDatabase, type BenchDatabase } from './bench-database.mts';
import { registerPlant, type RegisteredGateway } from './registered-plant.mts';
import type { SendingOrder } from './sending-gateways.mts';

export type QueueKind = 'redis' | 'postgres';
export const queueKinds = (): readonly QueueKind[] => (redisProgram() === undefined ? ['postgres'] : ['redis', 'postgres']);

const TENANT = { tenantId: 1 };
const TAGS_PER_GATEWAY = 200;

export interface Sent {
  readonly sent: number;
  readonly samples: number;
  readonly refused: number;
  readonly seconds: number;
  readonly cpuS: number;
}

/** HTTP ingest → queue → historian → Postgres, every part in a process of its own. */
export class WholePath {
  readonly database: BenchDatabase;
  readonly redis: OwnRedis | undefined;
  readonly ingest: ServiceProcess;
  readonly historian: ServiceProcess;
  readonly gateways: readonly RegisteredGateway[];
  private readonly url: string;

  private constructor(parts: Pick<WholePath, 'database' | 'redis' | 'ingest' | 'historian' | 'gateways'>, url: string) {
    this.database = parts.database;
    this.redis = parts.redis;
    this.ingest = parts.ingest;
    this.historian = parts.historian;
    this.gateways = parts.gateways;
    this.url = url;
  }

  static async open(kind: QueueKind, options: { readonly tags: number; readonly concurrency: number }): Promise<WholePath> {
    const database = await openBenchDatabase();
    const redis = kind === 'redis' ? await OwnRedis.open() : undefined;
    const gateways = await registerPlant(database.adminUrl, { ...TENANT, gateways: Math.ceil(options.tags / TAGS_PER_GATEWAY), tagsPerGateway: TAGS_PER_GATEWAY });
    const port = await freePort();
    const common = { QUEUE_BACKEND: kind, QUEUE_URL: redis?.url ?? database.urls.telltale_queue, LOG_LEVEL: 'warn', HTTP_HOST: '127.0.0.1' };
    const quota = { TENANT_SAMPLES_PER_SECOND: '100000000', TENANT_BYTES_PER_SECOND: '1000000000' };
    const ingest = new ServiceProcess('ingest', { ...common, ...quota, DATABASE_URL: database.urls.telltale_ingest, HTTP_PORT: String(port), METRICS_PORT: '0' });
    const historian = new ServiceProcess('historian', { ...common, DATABASE_URL: database.urls.telltale_historian, HTTP_PORT: '0', APPEND_CONCURRENCY: String(options.concurrency) });
    const url = `http://127.0.0.1:${port}`;
    const path = new WholePath({ database, redis, ingest, historian, gateways }, url);
    ingest.start();
    historian.start();
    try {
      await until(async () => (await fetch(`${url}/health/ready`)).ok, 240_000);
      return path;
    } catch (error) {
      process.stderr.write(`ingest said: ${ingest.said}\nhistorian said: ${historian.said}\n`);
      await path.close();
      throw error;
    }
  }

  /** Samples in Postgres. */
  async committed(): Promise<number> {
    const { rows } = await this.database.admin.query<{ n: string }>(
      'select (select coalesce(sum(n), 0) from series.sample_block) + (select coalesce(sum(n), 0) from series.sample_chunk) as n');
    return Number(rows[0]?.n);
  }

  /** Resolves when everything was accepted. */
  async send(order: Omit<SendingOrder, 'url'>): Promise<Sent> {
    const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'sending-gateways.mts')], { stdio: ['pipe', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.stdin.end(JSON.stringify({ ...order, url: this.url } satisfies SendingOrder));
    const code = await new Promise((done) => child.once('close', done));
    if (code !== 0) throw new Error(`The sending gateways ended with ${String(code)}.`);
    return JSON.parse(text) as Sent;
  }

  /** How old the newest sample of a gateway is the moment a reader first sees it, ms. A batch ends with now: what it collects before is not counted. */
  async liveDelays(gateways: readonly RegisteredGateway[], seconds: number, seed: number, epoch = 2): Promise<{ readonly samplesPerS: number; readonly delays: readonly number[] }> {
    const reader = openSeriesReader(this.database.urls.telltale_api);
    const delays: number[] = [];
    const last = new Map<number, number>();
    let running = true;
    const tagIds = gateways.map((gateway) => gateway.tagIds[0] ?? 0);
    const watching = (async () => {
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
    })();
    const sent = await this.send({ gateways, secondsPerBatch: 1, seconds, ahead: 4, live: true, epoch, seed });
    await pause(1_500);
    running = false;
    await watching;
    await reader.close();
    return { samplesPerS: sent.samples / sent.seconds, delays };
  }

  async close(): Promise<void> {
    await this.ingest.stop();
    await this.historian.stop();
    this.redis?.kill();
    await this.database.close();
  }
}

export async function until(check: () => Promise<boolean>, withinMs: number): Promise<void> {
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

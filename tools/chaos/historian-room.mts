import { setTimeout as pause } from 'node:timers/promises';
import { BatchJob } from '@telltale/ingest-contract';
import { openQueue, type JobQueue } from '@telltale/ingest-queue';
import { createLogger } from '@telltale/service-runtime';
import { openBatchLedger, type BatchLedger } from '@telltale/time-series';
import { DurablePostgres, type DurablePostgresOptions } from './durable-postgres.mts';
import { eventually } from './eventually.mts';
import { compare, weigh, type Verdict } from './exactly-once.mts';
import { FedGateway } from './fed-gateway.mts';
import { OwnRedis, redisProgram } from './own-redis.mts';
import { registerGateways } from './registered-gateways.mts';
import type { SeededRandom } from './seeded-random.mts';
import { ServiceProcess } from './service-process.mts';
import { StatementRelay } from './statement-relay.mts';

/** A historian process between a queue and a durable Postgres, gateways that feed it without end, and the truth about what they sent. */
export class HistorianRoom {
  readonly postgres: DurablePostgres;
  /** Between the historian and Postgres; nobody else goes through it. */
  readonly relay: StatementRelay;
  readonly historian: ServiceProcess;
  readonly gateways: readonly FedGateway[];
  /** Sends nothing by itself: for work that a fault needs. */
  readonly archive: FedGateway;
  readonly startUs: number;
  private readonly redis: OwnRedis | undefined;
  private readonly queue: JobQueue<BatchJob>;
  private readonly ledger: BatchLedger & { close(): Promise<void> };
  private feeding = true;
  private open_ = true;
  private flow: Promise<unknown> = Promise.resolve();
  private supervisor: NodeJS.Timeout | undefined;
  private starts_ = 0;

  private constructor(parts: Pick<HistorianRoom, 'postgres' | 'relay' | 'historian' | 'gateways' | 'archive' | 'startUs'> & { redis: OwnRedis | undefined; queue: JobQueue<BatchJob>; ledger: HistorianRoom['ledger'] }) {
    this.postgres = parts.postgres;
    this.relay = parts.relay;
    this.historian = parts.historian;
    this.gateways = parts.gateways;
    this.archive = parts.archive;
    this.startUs = parts.startUs;
    this.redis = parts.redis;
    this.queue = parts.queue;
    this.ledger = parts.ledger;
  }

  static async open(random: SeededRandom, say: (text: string) => void, options: DurablePostgresOptions = {}): Promise<HistorianRoom> {
    // Two seconds of the plant pass per batch: a day back, so that a long run does not reach the future.
    // Fed faster than the clock: even a long run must not reach the future, which sets no latest value.
    const startUs = (Math.floor(Date.now() / 1_000) - 7 * 86_400) * 1_000_000;
    const postgres = await DurablePostgres.open(options);
    const relay = new StatementRelay(postgres.port);
    await relay.open();
    const redis = redisProgram() === undefined ? undefined : await OwnRedis.open();
    if (redis === undefined) say('No Redis is installed: the queue is in the same Postgres.');
    const backend = redis === undefined ? { kind: 'postgres' as const, url: postgres.urls.telltale_queue } : { kind: 'redis' as const, url: redis.url };
    const gateways = [1, 2, 3].map((id) => new FedGateway(id === 3 ? 2 : 1, id, Array.from({ length: 12 }, (_, i) => id * 100 + i + 1), startUs, random));
    const archive = new FedGateway(1, 4, [401, 402, 403], startUs, random);
    await registerGateways(postgres, [...gateways, archive]);
    const queue = await openQueue({ name: 'ingest', schema: BatchJob, backend, logger: createLogger('chaos', 'silent') });
    const ledger = openBatchLedger(postgres.urls.telltale_ingest);
    const historian = new ServiceProcess('historian', {
      DATABASE_URL: relay.through(postgres.urls.telltale_historian), QUEUE_BACKEND: backend.kind, QUEUE_URL: backend.url,
      LOG_LEVEL: 'warn', HTTP_HOST: '127.0.0.1', HTTP_PORT: '0', COMPACT_AFTER_SECONDS: '0.3', COMPACT_SHARE: '0.5',
    });
    const room = new HistorianRoom({ postgres, relay, historian, gateways, archive, startUs, redis, queue, ledger });
    room.flow = Promise.all(room.gateways.map((gateway) => room.feed(gateway, random)));
    room.supervise();
    await eventually('the first batches are committed', async () => (await room.committed()) > 5, 60_000);
    return room;
  }

  get all(): readonly FedGateway[] {
    return [...this.gateways, this.archive];
  }
  /** How often the historian had to be started. */
  get starts(): number {
    return this.starts_;
  }

  /** Starts the historian whenever it has ended. */
  supervise(): void {
    this.supervisor = setInterval(() => {
      if (this.historian.ensure()) this.starts_++;
    }, 100);
  }

  async killHistorianForGood(): Promise<void> {
    clearInterval(this.supervisor);
    this.historian.kill();
    await this.historian.ended();
  }

  /** Batches of the flow that are committed, whether or not those before them are. */
  async committed(): Promise<number> {
    const rows = await this.postgres.query<{ n: string }>('select coalesce(sum(upper(r) - lower(r)), 0) as n from series.batch_ledger, unnest(committed) r where gateway_id <> $1', [this.archive.gatewayId]);
    return Number(rows[0]?.n);
  }

  /** Seconds until something new is committed. */
  async flowsAgain(withinMs: number): Promise<number> {
    const before = await this.committed();
    return eventually('the flow goes on', async () => (await this.committed()) > before, withinMs);
  }

  weigh(): Promise<Verdict> {
    const sizeOf = (tenantId: number, gatewayId: number, seq: number): number =>
      this.all.find((gateway) => gateway.tenantId === tenantId && gateway.gatewayId === gatewayId)?.sent[seq - 1]?.samples.tagIds.length ?? 0;
    return weigh(this.postgres, this.all, sizeOf);
  }

  /** Ends the flow, waits until all of it is committed and folded, and compares everything. */
  async conclude(): Promise<Verdict> {
    this.feeding = false;
    await eventually('everything is committed', () => this.gateways.every((gateway) => gateway.waiting === 0 && gateway.committedThrough === gateway.sent.length), 120_000);
    await eventually('everything is folded', async () => ((await this.postgres.query<{ n: number }>('select count(*)::int as n from series.sample_block'))[0]?.n ?? 1) === 0, 120_000);
    return compare(this.postgres, this.all);
  }

  /** Batches that were put aside as poison: none of these is. */
  async quarantined(): Promise<number> {
    return (await this.postgres.query<{ n: number }>('select count(*)::int as n from registry.quarantined_batch'))[0]?.n ?? 0;
  }

  get totals(): { readonly batches: number; readonly samples: number; readonly resent: number } {
    const sum = (of: (gateway: FedGateway) => number): number => this.all.reduce((total, gateway) => total + of(gateway), 0);
    return {
      batches: sum(({ sent }) => sent.length),
      samples: sum(({ sent }) => sent.reduce((total, { samples }) => total + samples.tagIds.length, 0)),
      resent: sum(({ resent }) => resent),
    };
  }

  async close(): Promise<void> {
    this.open_ = false;
    clearInterval(this.supervisor);
    await this.flow;
    await this.historian.stop();
    await Promise.all([this.queue.close().catch(() => undefined), this.ledger.close()]);
    await this.relay.close();
    this.redis?.kill();
    await this.postgres.close();
  }

  private async feed(gateway: FedGateway, random: SeededRandom): Promise<void> {
    while (this.open_) {
      if (this.feeding) await gateway.produce(this.queue).catch(() => undefined);
      if (random.next() < 0.1) await gateway.settle(this.queue, this.ledger).catch(() => undefined);
      await pause(20);
    }
  }
}

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { BatchJob } from '@telltale/ingest-contract';
import { openQueue, type JobQueue } from '@telltale/ingest-queue';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import { createLogger, type RunningService } from '@telltale/service-runtime';
import { columnsFrom, encodeBatch } from '@telltale/tag-sample';
import { migrateSeries, openBatchLedger, openSeriesReader, openSeriesWriter } from '@telltale/time-series';
import { openPremises } from '../src/open-premises.js';
import { QuarantineRoom } from '../src/quarantine/quarantine-room.js';
import { startHistorian, type HistorianSettings } from '../src/index.js';

const T0 = 1_790_000_000_000_000;
const TENANT = { tenantId: 41 };
const GATEWAY = 7;

describe('historian', () => {
  let database: TestDatabase;
  let admin: pg.Pool;
  let queue: JobQueue<BatchJob>;
  let settings: HistorianSettings;
  let service: RunningService;
  let reader: ReturnType<typeof openSeriesReader>;
  let ledger: ReturnType<typeof openBatchLedger>;

  beforeAll(async () => {
    database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
    admin = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
    admin.on('error', () => undefined);
    await admin.query(
      `insert into registry.tenant (tenant_id, slug, name, currency, locale) values ($1, 'acme', 'Acme', 'EUR', 'de-DE')`,
      [TENANT.tenantId],
    );
    await admin.query(`insert into registry.tenant_roster (tenant_id) values ($1) on conflict do nothing`, [
      TENANT.tenantId,
    ]);
    await admin.query(
      `insert into registry.site (tenant_id, site_id, slug, name, time_zone) values ($1, 3, 'here', 'Here', 'UTC')`,
      [TENANT.tenantId],
    );
    await admin.query(
      `insert into registry.gateway (tenant_id, gateway_id, site_id, name) values ($1, $2, 3, 'Hall 1')`,
      [TENANT.tenantId, GATEWAY],
    );
    settings = {
      DATABASE_URL: database.urls.telltale_historian,
      QUEUE_BACKEND: 'postgres',
      QUEUE_URL: database.urls.telltale_queue,
      LOG_LEVEL: 'silent',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 0,
      APPEND_CONCURRENCY: 2,
      COMPACT_AFTER_SECONDS: 0.2,
      COMPACT_SAMPLES: 400_000,
      COMPACT_SHARE: 0.5,
      COMPACT_THREADS: 1,
    };
    queue = await openQueue({
      name: 'ingest',
      schema: BatchJob,
      backend: { kind: 'postgres', url: settings.QUEUE_URL },
      logger: createLogger('test', 'silent'),
    });
    service = await startHistorian(settings);
    reader = openSeriesReader(database.urls.telltale_insights);
    ledger = openBatchLedger(database.urls.telltale_ingest);
  }, 90_000);

  afterAll(async () => {
    await service?.close();
    await queue?.close();
    await Promise.all([reader?.close(), ledger?.close()]);
    await admin?.end();
    await database?.drop();
  });

  const job = (epoch: number, seq: number, seconds: readonly number[], tagId = 1): BatchJob => {
    const samples = columnsFrom(
      seconds.map((second) => ({
        tagId,
        value: second / 10,
        sourceTimeUs: T0 + second * 1e6,
        serverTimeUs: T0 + second * 1e6,
        status: 0,
      })),
    );
    const payload = encodeBatch({ identity: { gatewayId: GATEWAY, epoch, seq }, samples, continuity: [] }).toString(
      'base64',
    );
    return { version: 1, ...TENANT, gatewayId: GATEWAY, epoch, seq, receivedAtUs: Date.now() * 1_000, payload };
  };
  const until = async (what: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 300; i++) {
      if (await what().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('It did not happen within 30 s.');
  };
  const committed = (epoch: number, seq: number): Promise<void> =>
    until(async () => (await ledger.watermark(TENANT, GATEWAY, epoch)) === seq);
  const valuesOf = async (tagId: number): Promise<number[]> => {
    const [only] = await reader.raw(TENANT, [tagId], { fromUs: T0, toUs: T0 + 1e12 });
    return [...(only?.samples.values ?? [])];
  };

  /** The cut may hit the start itself, which then ends with its one sentence and is repeated. */
  const startAsSupervisorDoes = async (): Promise<RunningService> => {
    for (;;) {
      try {
        return await startHistorian(settings);
      } catch (error) {
        expect(error).toMatchObject({ name: 'StartError' });
      }
    }
  };

  it('commits what the queue carries, once, and folds it into history', async () => {
    await queue.addMany(
      [job(1, 1, [0, 1]), job(1, 3, [4, 5]), job(1, 2, [2, 3]), job(1, 2, [2, 3]), job(1, 1, [0, 1])].map((data) => ({
        data,
      })),
    );
    await committed(1, 3);
    expect(await valuesOf(1)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    await until(
      async () => Number((await admin.query('select count(*) from series.sample_block')).rows[0].count) === 0,
    );
    expect(await valuesOf(1)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/telltale_historian_folded_samples_total\{.*\} 6/);
    expect(metrics).toMatch(/telltale_historian_replays_total\{.*\} 2/);
    expect(await service.notReady()).toEqual([]);
  }, 60_000);

  it('keeps a batch that ended its consumers, unless it was stored before they ended', async () => {
    const premises = await openPremises(settings);
    const room = new QuarantineRoom(premises);
    const reason = 'It ended its consumer 4 times while it was tried alone';
    for (const data of [job(1, 2, [2, 3]), job(8, 1, [2, 3])]) await room.admitPoison({ id: String(data.epoch), data, reason, attempts: 2 });
    await premises.close();
    const { rows } = await admin.query('select epoch::int, seq::int from registry.quarantined_batch where epoch in (1, 8)');
    expect(rows).toEqual([{ epoch: 8, seq: 1 }]);
    expect(await ledger.watermark(TENANT, GATEWAY, 8)).toBe(1);
  }, 60_000);

  it('puts bytes that are no batch, or another one, into quarantine, and the watermark passes them', async () => {
    const broken = { ...job(2, 1, [0]), payload: Buffer.from('this is no batch at all').toString('base64') };
    const other = { ...job(2, 9, [0], 2), seq: 2 };
    await queue.addMany([broken, other, job(2, 3, [10], 2)].map((data) => ({ data })));
    await committed(2, 3);
    const { rows } = await admin.query(
      `select seq::int, reason, payload from registry.quarantined_batch where epoch = 2 order by seq`,
    );
    expect(rows.map(({ seq, reason }) => [seq, reason.split(':')[0]])).toEqual([
      [1, 'BATCH_UNKNOWN_FORMAT'],
      [2, 'WRONG_BATCH'],
    ]);
    expect(rows[0].payload.toString()).toBe('this is no batch at all');
    expect(await valuesOf(2)).toEqual([1]);
  }, 60_000);

  it('counts a damaged page of latest values and tells it, once', async () => {
    await service.close();
    const written: string[] = [];
    const stdout = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    service = await startHistorian({ ...settings, LOG_LEVEL: 'warn' });
    const counted = async (): Promise<readonly string[]> => {
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      return [...metrics.matchAll(/telltale_historian_damaged_latest_pages_total\{.*outcome="(\w+)".*\} (\d+)/g)].map(([, outcome, count]) => `${outcome} ${count}`);
    };
    expect(await counted()).toEqual([]);
    await admin.query(`update series.latest_page set data = 'torn' where tenant_id = $1 and page = 0`, [TENANT.tenantId]);
    await queue.addMany([{ data: job(5, 1, [11], 2) }]);
    await committed(5, 1);
    await until(async () => (await counted()).length > 0);
    await queue.addMany([{ data: job(5, 2, [12], 2) }]);
    await committed(5, 2);
    expect(await counted()).toEqual(['refilled 1']);
    await service.close();
    service = await startHistorian(settings);
    stdout.mockRestore();
    const told = written.filter((line) => line.includes('latest values')).map((line) => JSON.parse(line));
    expect(told).toEqual([expect.objectContaining({ level: 40, ...TENANT, page: 0, firstTagId: 0, lastTagId: 31, msg: 'stored latest values were damaged and are refilled from history' })]);
    const latest = await reader.latest(TENANT, [1, 2]);
    expect(latest.map(({ tagId, value }) => [tagId, value])).toEqual([[1, 0.5], [2, 1.2]]);
  }, 60_000);

  it('loses and doubles nothing while Postgres cuts its connections and the historian restarts', async () => {
    const batches = Array.from({ length: 150 }, (_, i) => job(3, i + 1, [i * 2, i * 2 + 1], 3));
    const cut = (): Promise<unknown> =>
      admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('telltale historian', 'telltale compactor') and datname = current_database()`,
      );
    const storm = (async () => {
      for (let i = 0; i < 12; i++) {
        await cut();
        await new Promise((resolve) => setTimeout(resolve, 60 + i * 10));
      }
    })();
    for (let at = 0; at < batches.length; at += 10) {
      await queue.addMany(
        batches.slice(at, at + 10).flatMap((data) => (at % 30 === 0 ? [{ data }, { data }] : [{ data }])),
      );
      if (at === 70) {
        await service.close();
        service = await startAsSupervisorDoes();
      }
    }
    await storm;
    await committed(3, 150);
    expect(await valuesOf(3)).toEqual(Array.from({ length: 300 }, (_, i) => i / 10));
    expect(
      (await admin.query('select count(*)::int as n from registry.quarantined_batch where epoch = 3')).rows,
    ).toEqual([{ n: 0 }]);
  }, 90_000);

  it('folds what others have and tells its backlog while one thread can not work', async () => {
    const blocksOf = async (tenantId: number): Promise<number> => Number((await admin.query('select count(*) from series.sample_block where tenant_id = $1', [tenantId])).rows[0].count);
    await until(async () => (await blocksOf(TENANT.tenantId)) === 0);
    await service.close();
    for (const statement of [
      `insert into registry.tenant (tenant_id, slug, name, currency, locale) values (42, 'globex', 'Globex', 'EUR', 'de-DE')`,
      `insert into registry.tenant_roster (tenant_id) values (42) on conflict do nothing`,
      `create function refuse() returns trigger language plpgsql as 'begin raise exception ''refused''; end'`,
      `create trigger refuse before insert on series.sample_chunk for each row when (new.tenant_id = ${TENANT.tenantId}) execute function refuse()`,
    ])
      await admin.query(statement);
    const writer = openSeriesWriter(database.urls.telltale_historian);
    for (const tenantId of [TENANT.tenantId, 42]) {
      const samples = columnsFrom([{ tagId: 4, value: 1, sourceTimeUs: T0, serverTimeUs: T0, status: 0 }]);
      const batch = { identity: { gatewayId: GATEWAY, epoch: 4, seq: 1 }, samples, continuity: [] };
      await writer.append([{ tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: T0 }]);
    }
    await writer.close();
    service = await startHistorian({ ...settings, COMPACT_THREADS: 2 });
    await until(async () => /telltale_historian_unfolded_samples\{[^}]*\} 1$/m.test(await (await fetch(`${service.url}/metrics`)).text()));
    await until(async () => (await blocksOf(42)) === 0);
    expect(await blocksOf(TENANT.tenantId)).toBe(1);
    await admin.query('drop trigger refuse on series.sample_chunk');
    await until(async () => (await blocksOf(TENANT.tenantId)) === 0);
  }, 60_000);

  it.each([
    ['a wrong port', { DATABASE_URL: 'postgres://telltale_historian:x@127.0.0.1:1/telltale' }, 'DATABASE_UNREACHABLE'],
    ['a wrong password', { DATABASE_URL: 'wrong' }, 'DATABASE_REFUSED'],
    ['a role without rights', { DATABASE_URL: 'api' }, 'DATABASE_NOT_PREPARED'],
  ])('refuses to start with %s, in one sentence with the remedy', async (_, change, code) => {
    const wrong = new URL(database.urls.telltale_historian);
    wrong.password = 'wrong';
    const url = { api: database.urls.telltale_api, wrong: wrong.href }[change.DATABASE_URL] ?? change.DATABASE_URL;
    await expect(startHistorian({ ...settings, DATABASE_URL: url })).rejects.toMatchObject({
      name: 'StartError',
      code,
    });
  });
});

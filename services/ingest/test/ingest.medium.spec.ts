import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { BatchJob, INGEST_PATHS, IngestRefusal, type GatewayStatus } from '@telltale/ingest-contract';
import { type JobQueue, openQueue, type QueueBackend } from '@telltale/ingest-queue';
import { GatewayKeysRepository, GatewayRepository, RegistryDatabase } from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import { createLogger, type RunningService } from '@telltale/service-runtime';
import { type ContinuityRow, decodeBatch, encodeBatch, Status } from '@telltale/tag-sample';
import { migrateSeries, openSeriesWriter } from '@telltale/time-series';
import { KnownGateways } from '../src/gateways/known-gateways.js';
import { type IngestSettings, startIngest } from '../src/index.js';
import { batchOf, encodedBatch, seedPlant, type TestGateway } from './two-plants.js';

const redis = process.env['TELLTALE_TEST_REDIS'] ?? '';
const kinds: readonly QueueBackend['kind'][] = redis === '' ? ['postgres'] : ['postgres', 'redis'];
if (redis === '') process.stderr.write('\nSKIPPED: ingest on Redis: no test server (TELLTALE_TEST_REDIS is empty).\n');

describe.each(kinds)('ingest with the queue on %s', (kind) => {
  let database: TestDatabase;
  let admin: RegistryDatabase;
  let acme: TestGateway;
  let globex: TestGateway;
  let service: RunningService;
  let queue: JobQueue<BatchJob>;
  let settings: IngestSettings;
  let seq = 0;
  const nowUs = (): number => Date.now() * 1000;

  beforeAll(async () => {
    database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
    admin = await RegistryDatabase.open(database.adminUrl);
    acme = await seedPlant(admin, 1, 'acme');
    globex = await seedPlant(admin, 2, 'globex');
    settings = {
      DATABASE_URL: database.urls.telltale_ingest,
      QUEUE_BACKEND: kind,
      QUEUE_URL: kind === 'redis' ? `${redis}/8` : database.urls.telltale_queue,
      LOG_LEVEL: 'silent',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 0,
      TENANT_SAMPLES_PER_SECOND: 500_000,
      TENANT_BYTES_PER_SECOND: 20_000_000,
      QUEUE_MAX_BATCHES: 10_000,
    };
    service = await startIngest(settings);
    queue = await openQueue({
      name: 'ingest',
      schema: BatchJob,
      backend: { kind, url: settings.QUEUE_URL },
      logger: createLogger('test', 'silent'),
    });
    await taken((await queue.depth()).waiting);
  });

  afterAll(async () => {
    await queue?.close();
    await service?.close();
    await admin?.close();
    await database?.drop();
  });

  beforeEach(() => {
    seq++;
  });

  const send = (body: Buffer | string, key: string | null = acme.key, url = service.url ?? ''): Promise<Response> =>
    fetch(`${url}${INGEST_PATHS.batches}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${acme.key}`, ...headers } });

  async function refusal(response: Response): Promise<[number, string]> {
    const { error } = IngestRefusal.parse(await response.json());
    expect(error.message).toMatch(/^[A-Z0-9].*\.$/);
    expect(error.remedy).toMatch(/^[A-Z0-9].*\.$/);
    return [response.status, error.code];
  }

  async function taken(count: number): Promise<BatchJob[]> {
    const jobs: BatchJob[] = [];
    const consumer = queue.consume(async (group) => void jobs.push(...group.map(({ data }) => data)));
    for (const end = Date.now() + 10_000; jobs.length < count && Date.now() < end;) await delay(10);
    await consumer.close();
    return jobs;
  }

  it('is ready, and puts an accepted batch into the queue once, byte by byte', async () => {
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
    const body = encodedBatch(acme.gatewayId, 1, seq, acme.tagIds, nowUs());
    const first = await send(body);
    expect([first.status, await first.json()]).toEqual([202, { committed: { epoch: 1, seq: 0 } }]);
    expect((await send(body)).status).toBe(202);
    const jobs = await taken(1);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ tenantId: 1, gatewayId: acme.gatewayId, epoch: 1, seq });
    expect(Buffer.from(jobs[0]?.payload ?? '', 'base64').equals(body)).toBe(true);
  });

  it('answers a committed batch with the watermark and does not put it into the queue again', async () => {
    const writer = openSeriesWriter(database.urls.telltale_historian);
    for (const number of [1, 2]) {
      const batch = batchOf(acme.gatewayId, 5, number, acme.tagIds, nowUs());
      await writer.append([{ tenant: acme.tenant, batch, encoded: encodeBatch(batch), receivedAtUs: nowUs() }]);
    }
    await writer.close();
    const again = await send(encodedBatch(acme.gatewayId, 5, 1, acme.tagIds, nowUs()));
    expect([again.status, await again.json()]).toEqual([202, { committed: { epoch: 5, seq: 2 } }]);
    expect((await queue.depth()).waiting).toBe(0);
    expect(await (await get(`${INGEST_PATHS.watermark}?epoch=5`)).json()).toEqual({ epoch: 5, seq: 2 });
    expect(await refusal(await get(INGEST_PATHS.watermark))).toEqual([400, 'EPOCH_MISSING']);
  });

  it('refuses who has no key, a wrong key, or a key of another gateway', async () => {
    const body = encodedBatch(acme.gatewayId, 1, seq, acme.tagIds, nowUs());
    expect(await refusal(await send(body, null))).toEqual([401, 'KEY_MISSING']);
    expect(await refusal(await send(body, 'ttg_wrong'))).toEqual([401, 'KEY_REFUSED']);
    expect(await refusal(await send(body, globex.key))).toEqual([403, 'GATEWAY_FOREIGN']);
    expect((await queue.depth()).waiting).toBe(0);
  });

  it('refuses a tag of another tenant and one that does not exist, and learns a new one', async () => {
    const foreign = encodedBatch(acme.gatewayId, 1, seq, [...acme.tagIds, ...globex.tagIds], nowUs());
    expect(await refusal(await send(foreign))).toEqual([422, 'TAG_UNKNOWN']);
    expect(await refusal(await send(encodedBatch(acme.gatewayId, 1, seq, [999_999], nowUs())))).toEqual([
      422,
      'TAG_UNKNOWN',
    ]);
    const added = await acme.addTag('temperature-3');
    await delay(2_100);
    expect((await send(encodedBatch(acme.gatewayId, 1, seq, [added], nowUs()))).status).toBe(202);
    await taken(1);
  });

  it('refuses what is no batch, a flipped bit, and what is too large', async () => {
    expect((await refusal(await send('no batch at all')))[0]).toBe(400);
    const flipped = encodedBatch(acme.gatewayId, 1, seq, acme.tagIds, nowUs());
    const middle = Math.floor(flipped.length / 2);
    flipped[middle] = (flipped[middle] ?? 0) ^ 0x10;
    expect((await refusal(await send(flipped)))[0]).toBe(400);
    expect(await refusal(await send(Buffer.alloc(1_048_577)))).toEqual([413, 'BATCH_TOO_LARGE']);
    expect(
      await refusal(
        await fetch(`${service.url}${INGEST_PATHS.batches}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${acme.key}`, 'content-type': 'application/json' },
          body: '{}',
        }),
      ),
    ).toEqual([415, 'CONTENT_TYPE_UNKNOWN']);
    expect(await refusal(await fetch(`${service.url}/anything`))).toEqual([404, 'PATH_UNKNOWN']);
    expect((await queue.depth()).waiting).toBe(0);
  });

  const gaps = (number: number, epoch: number, rows: readonly ContinuityRow[]): Buffer =>
    Buffer.from(encodeBatch({ ...batchOf(acme.gatewayId, epoch, number, [], nowUs()), continuity: rows }));
  const gap = (tagIds: readonly number[], reason = 'The PLC did not answer.'): ContinuityRow => ({
    tagIds,
    fromUs: 1,
    toUs: 2,
    kind: 'gap',
    reason,
  });

  it('refuses a tag twice in a continuity row, and few bytes that become too many rows', async () => {
    const [first = 0, second = 0] = acme.tagIds;
    expect(await refusal(await send(gaps(seq, 1, [gap([first, second, first])])))).toEqual([400, 'BATCH_CORRUPT']);
    const many = gaps(
      seq,
      1,
      Array.from({ length: 25_001 }, () => gap([first, second])),
    );
    expect(many.byteLength).toBeLessThan(100_000);
    expect(await refusal(await send(many))).toEqual([413, 'BATCH_TOO_LARGE']);
    expect(await refusal(await send(gaps(seq, 1, [gap([first], 'x'.repeat(2_001))])))).toEqual([
      413,
      'BATCH_TOO_LARGE',
    ]);
    expect((await send(gaps(seq, 1, [gap([first, second]), gap([first])]))).status).toBe(202);
    await taken(1);
  });

  it('charges continuity rows per tag', async () => {
    const slow = await startIngest({ ...settings, TENANT_SAMPLES_PER_SECOND: 1 });
    const rows = [gap(acme.tagIds), gap(acme.tagIds)];
    expect((await send(gaps(1, 79, rows), acme.key, slow.url)).status).toBe(202);
    expect(await refusal(await send(gaps(2, 79, rows), acme.key, slow.url))).toEqual([429, 'OVER_QUOTA']);
    await slow.close();
    await taken(1);
  });

  it('charges no batch that the full queue turns away', async () => {
    const full = await startIngest({ ...settings, QUEUE_MAX_BATCHES: 1, TENANT_SAMPLES_PER_SECOND: 1 });
    const batch = (number: number): Buffer => encodedBatch(acme.gatewayId, 81, number, acme.tagIds, nowUs());
    expect((await send(batch(1), acme.key, full.url)).status).toBe(202);
    await delay(1_100);
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await refusal(await send(batch(2), acme.key, full.url))).toEqual([503, 'QUEUE_FULL']);
    await taken(1);
    await delay(1_100);
    expect((await send(batch(2), acme.key, full.url)).status).toBe(202);
    await full.close();
    await taken(1);
  });

  it('keeps samples from the future, but not as good', async () => {
    const aheadUs = nowUs() + 3_600_000_000;
    expect((await send(encodedBatch(acme.gatewayId, 1, seq, acme.tagIds, aheadUs))).status).toBe(202);
    const [job] = await taken(1);
    const { samples } = decodeBatch(Buffer.from(job?.payload ?? '', 'base64'));
    expect([...samples.sourceTimesUs]).toEqual([aheadUs, aheadUs]);
    expect([...samples.statuses]).toEqual([Status.Uncertain, Status.Uncertain]);
  });

  it('gives the configuration with an ETag, and stores the status', async () => {
    const first = await get(INGEST_PATHS.configuration);
    expect(first.status).toBe(200);
    const etag = first.headers.get('etag') ?? '';
    const configuration = (await first.json()) as { gatewayId: number; endpoints: { tags: { tagId: number }[] }[] };
    expect(configuration.gatewayId).toBe(acme.gatewayId);
    expect(configuration.endpoints[0]?.tags.map(({ tagId }) => tagId)).toEqual(
      expect.arrayContaining([...acme.tagIds]),
    );
    expect((await get(INGEST_PATHS.configuration, { 'if-none-match': etag })).status).toBe(304);
    await acme.addTag('temperature-4');
    expect((await get(INGEST_PATHS.configuration, { 'if-none-match': etag })).status).toBe(200);

    const status: GatewayStatus = {
      gatewayVersion: '0.1.0',
      startedAtUs: nowUs(),
      clockUs: nowUs(),
      spool: { depthBatches: 0, depthBytes: 0, oldestUs: null, quarantinedRecords: 0 },
      backfill: null,
      endpoints: [],
    };
    const post = (body: unknown): Promise<Response> =>
      fetch(`${service.url}${INGEST_PATHS.status}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${acme.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await post(status)).status).toBe(204);
    const stored: { status: unknown }[] = await admin.inTenant(acme.tenant, (manager) =>
      manager.query('select status from registry.gateway where gateway_id = $1', [acme.gatewayId]),
    );
    expect(stored[0]?.status).toEqual(status);
    expect(await refusal(await post({ gatewayVersion: 1 }))).toEqual([400, 'STATUS_INVALID']);
  });

  it('slows a tenant down that sends too much, and nobody else', async () => {
    const slow = await startIngest({ ...settings, TENANT_SAMPLES_PER_SECOND: 1 });
    const statuses: number[] = [];
    let wait = 0;
    for (let number = 1; number <= 4; number++) {
      const response = await send(encodedBatch(acme.gatewayId, 77, number, acme.tagIds, nowUs()), acme.key, slow.url);
      statuses.push(response.status);
      if (response.status === 429) wait = Number(response.headers.get('retry-after'));
    }
    expect(statuses).toEqual([202, 202, 429, 429]);
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(
      (await send(encodedBatch(globex.gatewayId, 77, 1, globex.tagIds, nowUs()), globex.key, slow.url)).status,
    ).toBe(202);
    await slow.close();
    await taken(3);
  });

  it('asks gateways to wait when the historian does not keep up', async () => {
    const full = await startIngest({ ...settings, QUEUE_MAX_BATCHES: 1 });
    expect((await send(encodedBatch(acme.gatewayId, 78, 1, acme.tagIds, nowUs()), acme.key, full.url)).status).toBe(
      202,
    );
    await delay(1_100);
    const response = await send(encodedBatch(acme.gatewayId, 78, 2, acme.tagIds, nowUs()), acme.key, full.url);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await refusal(response)).toEqual([503, 'QUEUE_FULL']);
    await full.close();
    await taken(1);
  });

  it('refuses a revoked key, at once when it was not used lately and after 20 s otherwise', async () => {
    const keys = new GatewayKeysRepository(admin);
    const { key, gatewayKeyId } = await keys.issue(globex.tenant, globex.gatewayId, new Date());
    const known = new KnownGateways(new GatewayRepository(admin));
    expect(await known.identify(key, 0)).toMatchObject({ gatewayId: globex.gatewayId });
    await keys.revoke(globex.tenant, gatewayKeyId, new Date());
    expect(await refusal(await send(encodedBatch(globex.gatewayId, 1, seq, globex.tagIds, nowUs()), key))).toEqual([
      401,
      'KEY_REFUSED',
    ]);
    expect(await known.identify(key, 19_000)).not.toBeNull();
    expect(await known.identify(key, 20_001)).toBeNull();
  });

  it('says on what it waits when the database is away, and loses nothing', async () => {
    const lone = await startIngest(settings);
    await send(encodedBatch(acme.gatewayId, 80, 1, acme.tagIds, nowUs()), acme.key, lone.url);
    await taken(1);
    // Longer than a known watermark is good for.
    await delay(300);
    await admin.inTenant(acme.tenant, (manager) =>
      manager.query(`revoke connect on database ${database.name} from telltale_ingest`),
    );
    try {
      await admin.inTenant(acme.tenant, (manager) =>
        manager.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'telltale_ingest' and datname = current_database()`,
        ),
      );
      const response = await send(encodedBatch(acme.gatewayId, 80, 2, acme.tagIds, nowUs()), acme.key, lone.url);
      expect(response.headers.get('retry-after')).toBe('2');
      expect(await refusal(response)).toEqual([503, 'DATABASE_AWAY']);
      expect((await fetch(`${lone.url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${lone.url}/health/live`)).status).toBe(200);
    } finally {
      await admin.inTenant(acme.tenant, (manager) =>
        manager.query(`grant connect on database ${database.name} to telltale_ingest`),
      );
    }
    expect((await send(encodedBatch(acme.gatewayId, 80, 2, acme.tagIds, nowUs()), acme.key, lone.url)).status).toBe(
      202,
    );
    await lone.close();
    await taken(1);
  });

  it('does not start without its database, and says so in one sentence', async () => {
    await expect(
      startIngest({ ...settings, DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/telltale' }),
    ).rejects.toThrow(
      /^Postgres at 127\.0\.0\.1:1 does not let ingest in .*\. Start it, prepare the database or correct DATABASE_URL\.$/,
    );
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { EnrolmentAnswer, IngestRefusal, INGEST_PATHS, KEY_ROTATION_HEADER, KeyAnswer, type GatewayStatus } from '@telltale/ingest-contract';
import { GatewayAccessRepository, GatewayEnrolmentRepository, GatewayKeysRepository, GatewayRepository, type Invited, RegistryDatabase } from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import type { RunningService } from '@telltale/service-runtime';
import { migrateSeries } from '@telltale/time-series';
import { startIngest } from '../src/index.js';
import { seedPlant, type TestGateway } from './two-plants.js';

const HOUR_MS = 3_600_000;
const newKey = (): string => `ttg_${randomBytes(32).toString('base64url')}`;
const status = (): GatewayStatus => ({
  gatewayVersion: '0.1.0', startedAtUs: 0, clockUs: Date.now() * 1000, clockSkewUs: 2_500_000, backfill: null, endpoints: [],
  spool: { depthBatches: 0, depthBytes: 0, oldestUs: null, quarantinedRecords: 0 },
});

describe('enrolment of a gateway', () => {
  let database: TestDatabase;
  let admin: RegistryDatabase;
  let api: RegistryDatabase;
  let acme: TestGateway;
  let globex: TestGateway;
  let service: RunningService;

  beforeAll(async () => {
    database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
    admin = await RegistryDatabase.open(database.adminUrl);
    api = await RegistryDatabase.open(database.urls.telltale_api);
    acme = await seedPlant(admin, 1, 'acme');
    globex = await seedPlant(admin, 2, 'globex');
    service = await startIngest({
      DATABASE_URL: database.urls.telltale_ingest, QUEUE_BACKEND: 'postgres', QUEUE_URL: database.urls.telltale_queue, LOG_LEVEL: 'silent',
      HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, TENANT_SAMPLES_PER_SECOND: 500_000, TENANT_BYTES_PER_SECOND: 20_000_000, QUEUE_MAX_BATCHES: 10_000,
    });
  });
  afterAll(async () => {
    await service?.close();
    await api?.close();
    await admin?.close();
    await database?.drop();
  });

  const post = (path: string, body: object, key?: string): Promise<Response> =>
    fetch(`${service.url}${path}`, {
      method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    });
  const invite = async (gateway = acme, validForMs = HOUR_MS, at = new Date()): Promise<Invited> => {
    const invited = await new GatewayAccessRepository(api).invite(gateway.tenant, gateway.gatewayId, validForMs, { userId: 1, at });
    if (invited === null) throw new Error('there is no such gateway');
    return invited;
  };
  const codeOf = async (response: Response): Promise<string> => `${response.status} ${IngestRefusal.parse(await response.json()).error.code}`;
  const works = async (key: string): Promise<boolean> => (await post(INGEST_PATHS.status, status(), key)).status === 204;

  it('gives the key once: a repeated question is answered again, another key is not', async () => {
    const { token } = await invite();
    const key = newKey();
    const answers = await Promise.all([post(INGEST_PATHS.enrolment, { token, key }), post(INGEST_PATHS.enrolment, { token, key })]);
    for (const answer of answers) expect(EnrolmentAnswer.parse(await answer.json()).gatewayId).toBe(acme.gatewayId);
    expect(await works(key)).toBe(true);
    const thief = newKey();
    expect(await codeOf(await post(INGEST_PATHS.enrolment, { token, key: thief }))).toBe('422 TOKEN_USED');
    expect(await works(thief)).toBe(false);
  });

  it('refuses an old token, a token of nobody, a weak key and the key of somebody else', async () => {
    const { token: old } = await invite(acme, HOUR_MS, new Date(Date.now() - 2 * HOUR_MS));
    expect(await codeOf(await post(INGEST_PATHS.enrolment, { token: old, key: newKey() }))).toBe('422 TOKEN_EXPIRED');
    expect(await codeOf(await post(INGEST_PATHS.enrolment, { token: `tte_${'x'.repeat(43)}`, key: newKey() }))).toBe('422 TOKEN_REFUSED');
    const { token } = await invite();
    expect(await codeOf(await post(INGEST_PATHS.enrolment, { token, key: 'ttg_short' }))).toBe('400 REQUEST_MALFORMED');
    expect(await codeOf(await post(INGEST_PATHS.enrolment, { token, key: globex.key }))).toBe('422 KEY_TAKEN');
    expect((await post(INGEST_PATHS.enrolment, { token, key: newKey() })).status).toBe(200);
  });

  it('keeps hashes only', async () => {
    const { token } = await invite();
    const key = newKey();
    await post(INGEST_PATHS.enrolment, { token, key });
    const found = await admin.inTenant(acme.tenant, (manager) =>
      manager.query(`select (select string_agg(e::text, ' ') from registry.gateway_enrolment e) || (select string_agg(k::text, ' ') from registry.gateway_key k) as all`),
    );
    const text = JSON.stringify(found);
    for (const secret of [token, key]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  it('changes a key without a gap: both are accepted for a day, then only the new one', async () => {
    const first = acme.key;
    const next = newKey();
    expect((await post(INGEST_PATHS.key, { key: next })).status).toBe(401);
    expect(await codeOf(await post(INGEST_PATHS.key, { key: globex.key }, first))).toBe('422 KEY_TAKEN');
    const answers = [await post(INGEST_PATHS.key, { key: next }, first), await post(INGEST_PATHS.key, { key: next }, first), await post(INGEST_PATHS.key, { key: next }, next)];
    const [told, again, byItself] = await Promise.all(answers.map(async (answer) => KeyAnswer.parse(await answer.json())));
    expect(again).toEqual(told);
    expect(byItself).toEqual(told);
    expect(Math.abs(Date.parse(told?.earlierAcceptedUntil ?? '') - Date.now() - 24 * HOUR_MS)).toBeLessThan(60_000);
    expect([await works(first), await works(next)]).toEqual([true, true]);
    const keys = await new GatewayKeysRepository(api).ofGateway(acme.tenant, acme.gatewayId);
    const gateways = new GatewayRepository(api);
    expect(keys.find(({ gatewayKeyId }) => gatewayKeyId === acme.gatewayKeyId)?.expiresAt).not.toBeNull();
    await admin.inTenant(acme.tenant, (manager) => manager.query('update registry.gateway_key set expires_at = now() where gateway_key_id = $1', [acme.gatewayKeyId]));
    expect(await gateways.identify(first)).toBeNull();
    expect((await gateways.identify(next))?.gatewayId).toBe(acme.gatewayId);
  });

  it('makes no key for one that was revoked or has ended a moment ago, nor for its token', async () => {
    const { token } = await invite();
    const key = newKey();
    await post(INGEST_PATHS.enrolment, { token, key });
    expect(await works(key)).toBe(true);
    const known = await new GatewayRepository(api).identify(key);
    if (known === null) throw new Error('the key is unknown');
    const ended = await new GatewayEnrolmentRepository(api).rotate(known, newKey(), new Date(Date.now() + 366 * 24 * HOUR_MS));
    expect(ended).toBe('key-refused');
    expect(await new GatewayKeysRepository(api).revoke(acme.tenant, known.gatewayKeyId, new Date())).toBe(true);
    const next = newKey();
    // The guard still remembers the key.
    expect(await works(key)).toBe(true);
    expect(await codeOf(await post(INGEST_PATHS.key, { key: next }, key))).toBe('401 KEY_REFUSED');
    expect(await works(next)).toBe(false);
    expect(await codeOf(await post(INGEST_PATHS.enrolment, { token, key }))).toBe('422 TOKEN_USED');
  });

  it('tells the gateway when its key ends soon or somebody asks for another', async () => {
    const enrolments = new GatewayEnrolmentRepository(api);
    const due = async (key: string): Promise<boolean> => (await post(INGEST_PATHS.status, status(), key)).headers.get(KEY_ROTATION_HEADER) === 'due';
    const { token } = await invite(globex);
    const key = newKey();
    await post(INGEST_PATHS.enrolment, { token, key });
    const known = await new GatewayRepository(api).identify(key);
    if (known === null) throw new Error('the key is unknown');
    expect(await due(key)).toBe(false);
    expect(await enrolments.rotationIsDue(known, new Date(Date.now() + 340 * 24 * HOUR_MS))).toBe(true);
    await new GatewayAccessRepository(api).askForRotation(globex.tenant, globex.gatewayId, { userId: 1, at: new Date(Date.now() + 1) });
    const until = Date.now() + 8_000;
    while (!(await due(key)) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await due(key)).toBe(true);
    const next = newKey();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await post(INGEST_PATHS.key, { key: next }, key)).status).toBe(200);
    expect(await due(next)).toBe(false);
  }, 30_000);

  it('keeps the clock skew that the gateway reports', async () => {
    expect(await works(globex.key)).toBe(true);
    const [row] = await admin.inTenant(globex.tenant, (manager) => manager.query('select status from registry.gateway where gateway_id = $1', [globex.gatewayId]));
    expect(row.status.clockSkewUs).toBe(2_500_000);
  });
});

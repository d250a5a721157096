import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import pg from 'pg';
import { GatewayRepository, RegistryDatabase } from '@telltale/plant-registry';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller } from './api-caller.js';
import { appendSamples, ServedPlants } from './served-plants.js';
import { CERTIFICATE_PEM } from './shown-certificate.js';

let plants: ServedPlants;
let registry: RegistryDatabase;
let caller: ApiCaller;

beforeAll(async () => {
  plants = await ServedPlants.open();
  registry = await RegistryDatabase.open(plants.database.urls.telltale_ingest);
  caller = await ApiCaller.signedIn(plants.url, plants.acme.people.admin.email);
});
afterAll(async () => {
  await registry?.close();
  await plants?.close();
});

interface Step {
  readonly station: string;
  readonly state: string;
  readonly code: string;
  readonly what: string;
  readonly remedy: string | null;
  readonly since: string | null;
  readonly detail: string | null;
}
const cause = async (): Promise<Step | null> => {
  const { data, text } = await caller.ask('query ($id: ID!) { tag(id: $id) { dataPath { cause { station state code what remedy since detail } steps { station } } } }', { id: toId('tag', plants.acme.plant.tags[0]?.tagId ?? 0) });
  const path = (data?.['tag'] as { dataPath: { cause: Step | null; steps: unknown[] } } | null)?.dataPath;
  if (!path) throw new Error(text);
  expect(path.steps).toHaveLength(9);
  return path.cause;
};
const sql = async (text: string, values: unknown[] = []): Promise<void> => {
  const client = new pg.Client({ connectionString: plants.database.adminUrl });
  await client.connect();
  await client.query(text, values);
  await client.end();
};
/** The gateway reports, now, that all is well or what is given. */
async function reports(given: { readonly state?: 'connected' | 'disconnected'; readonly oldestUs?: number; readonly queueOldestAt?: Date; readonly problemOf?: number } = {}): Promise<void> {
  const { tenant, gateway, endpointId } = plants.acme.plant;
  const nowUs = Date.now() * 1000;
  const endpoint = { endpointId, state: given.state ?? ('connected' as const), sinceUs: nowUs - 60e6, code: null, reason: null, askedPerSecond: 3, achievedPerSecond: 3, untrustedCertificate: null, ...(given.problemOf !== undefined && { tagProblems: { total: 1, first: [{ tagId: given.problemOf, code: 'opcua.node-unknown', reason: 'browse it' }] } }) };
  const status = { gatewayVersion: '1', startedAtUs: nowUs, clockUs: nowUs, spool: { depthBatches: 7, depthBytes: 1, oldestUs: given.oldestUs ?? null, quarantinedRecords: 0 }, backfill: null, endpoints: [endpoint] };
  await new GatewayRepository(registry).recordStatus(tenant, gateway.gatewayId, status, new Date(), given.queueOldestAt ?? null);
}

describe('the way of a tag', () => {
  it('is broken where the registry says so, until it is not any more', async () => {
    expect(await cause()).toMatchObject({ station: 'CONNECTION', code: 'CERTIFICATE_UNTRUSTED', remedy: expect.stringContaining('trust inbox') });
    await reports();
    await appendSamples(plants.database, plants.acme.plant, new Date(), 2);
    expect(await cause()).toBeNull();
    const [first, second] = plants.acme.plant.tags;
    await reports({ problemOf: second?.tagId ?? 0 });
    expect(await cause()).toBeNull();
    await reports({ problemOf: first?.tagId ?? 0 });
    expect(await cause()).toMatchObject({ station: 'SIGNAL', code: 'NODE_MISSING', detail: 'browse it (opcua.node-unknown)' });
    await reports({ state: 'disconnected' });
    expect((await cause())?.code).toBe('CONNECTION_DOWN');
    const oldestUs = (Date.now() - 60_000) * 1000;
    await reports({ oldestUs });
    expect((await cause())?.code).toBe('SPOOL_BACKLOG');
    const queueOldestAt = new Date(Date.now() - 50_000);
    await reports({ oldestUs, queueOldestAt });
    expect(await cause()).toMatchObject({ station: 'QUEUE', code: 'QUEUE_LATE', since: queueOldestAt.toISOString() });
    await reports();
    const { tenant, gateway, tags } = plants.acme.plant;
    await sql(`insert into registry.quarantined_batch (tenant_id, gateway_id, epoch, seq, reason, payload, attempts, created_at) values ($1, $2, 9, 9, 'BATCH_DAMAGED', '', 3, now() + interval '1 minute')`, [tenant.tenantId, gateway.gatewayId]);
    expect(await cause()).toMatchObject({ station: 'HISTORIAN', code: 'BATCH_QUARANTINED' });
    await sql('update registry.quarantined_batch set released_at = now()');
    expect(await cause()).toBeNull();
    await sql(`update registry.gateway set status_at = now() - interval '2 minutes' where gateway_id = $1`, [gateway.gatewayId]);
    expect((await cause())?.code).toBe('GATEWAY_SILENT');
    await reports();
    await sql('update registry.tag set retired_at = now() where tag_id = $1', [tags[0]?.tagId]);
    expect((await cause())?.code).toBe('TAG_RETIRED');
  });
});

describe('the trust inbox', () => {
  const inbox = async (): Promise<{ id: string }[]> => {
    const fields = 'id endpointName gatewayName thumbprint sha1Thumbprint subject issuer issuedFor validFrom validTo firstSeenAt decision decidedBy';
    const { data } = await caller.ask(`query ($siteId: ID!) { all: serverCertificates(siteId: $siteId) { ${fields} } }`, { siteId: toId('site', plants.acme.plant.site.siteId) });
    return (data?.['all'] ?? []) as { id: string }[];
  };
  const trusted = async (): Promise<unknown> => {
    const { tenant, gateway } = plants.acme.plant;
    return (await new GatewayRepository(registry).configuration(tenant, gateway.gatewayId))?.endpoints[0]?.settings['trustedThumbprints'];
  };

  it('shows the certificate, and the decision goes to the gateway', async () => {
    const x509 = new X509Certificate(CERTIFICATE_PEM);
    const thumbprint = x509.fingerprint256.replaceAll(':', '').toLowerCase();
    const [shown] = await inbox();
    expect(shown).toMatchObject({ endpointName: 'plc', gatewayName: 'gateway', thumbprint, subject: 'O=Plant, CN=plc-17', issuedFor: 'URI:urn:plc-17, DNS:plc-17', validTo: new Date(x509.validTo).toISOString(), decision: 'PENDING', decidedBy: null });
    const decide = (name: string) => caller.ask(`mutation ($id: ID!) { done: ${name}(certificateId: $id) { decision decidedBy } }`, { id: shown?.id });
    expect(await trusted()).toBeUndefined();
    expect((await decide('trustCertificate')).data).toEqual({ done: { decision: 'TRUSTED', decidedBy: 'acme admin' } });
    expect(await trusted()).toEqual([thumbprint]);
    expect((await decide('rejectCertificate')).data).toEqual({ done: { decision: 'REJECTED', decidedBy: 'acme admin' } });
    expect(await trusted()).toBeUndefined();
  });
});

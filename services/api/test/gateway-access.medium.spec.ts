import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { GatewayStatus } from '@telltale/ingest-contract';
import { AuditRepository, GatewayEnrolmentRepository, GatewayRepository, RegistryDatabase } from '@telltale/plant-registry';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller } from './api-caller.js';
import { ServedPlants } from './served-plants.js';

const KEY = `ttg_${'k'.repeat(43)}`;
const INVITED = '{ gatewayId gatewayName token command ingestUrl invitation { id expiresAt expired createdBy } }';
const ACCESS = '{ gatewayId gatewayName keys { id accepted revokedAt } invitations { id createdBy } rotationAskedAt lastRotationAt keyTrouble }';

interface InvitedAnswer {
  readonly gatewayId: string;
  readonly token: string;
  readonly command: string;
  readonly invitation: { readonly id: string; readonly expiresAt: string };
}
interface AccessAnswer {
  readonly gatewayName: string;
  readonly keys: readonly { readonly id: string; readonly accepted: boolean }[];
  readonly invitations: readonly { readonly id: string; readonly createdBy: string | null }[];
  readonly rotationAskedAt: string | null;
  readonly lastRotationAt: string | null;
  readonly keyTrouble: string | null;
}

let plants: ServedPlants;
let ingest: RegistryDatabase;
let superuser: pg.Client;
let admin: ApiCaller;
let siteId: string;

beforeAll(async () => {
  plants = await ServedPlants.open({ INGEST_PUBLIC_URL: 'https://ingest.example.com' });
  ingest = await RegistryDatabase.open(plants.database.urls.telltale_ingest);
  superuser = new pg.Client({ connectionString: plants.database.adminUrl });
  await superuser.connect();
  admin = await ApiCaller.signedIn(plants.url, plants.acme.people.admin.email);
  siteId = toId('site', plants.acme.plant.site.siteId);
});
afterAll(async () => {
  await superuser?.end();
  await ingest?.close();
  await plants?.close();
});

async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const answer = await admin.ask(query, variables);
  if (answer.codes.length > 0) throw new Error(answer.text);
  return answer.data?.['done'] as T;
}
const add = (name: string): Promise<InvitedAnswer> => ask(`mutation ($siteId: ID!, $name: String!) { done: addGateway(siteId: $siteId, name: $name, validHours: 2) ${INVITED} }`, { siteId, name });
const access = async (name: string): Promise<AccessAnswer | undefined> => (await ask<AccessAnswer[]>(`query ($siteId: ID!) { done: gatewayAccess(siteId: $siteId) ${ACCESS} }`, { siteId })).find(({ gatewayName }) => gatewayName === name);
const enrol = (token: string, key: string): Promise<{ outcome: string }> => new GatewayEnrolmentRepository(ingest).redeem(token, key, new Date());
const rows = async (sql: string): Promise<Record<string, unknown>[]> => (await superuser.query(sql)).rows;
const audited = (): Promise<Record<string, unknown>[]> => rows(`select actor_kind, action from registry.audit_entry where tenant_id = ${plants.acme.plant.tenant.tenantId} order by audit_id`);

describe('the life of a gateway', () => {
  it('goes from the invitation over its key and the next one to the end, each step in the journal', async () => {
    const before = (await audited()).length;
    const invited = await add('roof gateway');
    expect(invited.command).toContain(invited.token);
    expect(invited.command).toContain("'https://ingest.example.com'");
    expect(Date.parse(invited.invitation.expiresAt) - Date.now()).toBeGreaterThan(7_100_000);
    expect(await access('roof gateway')).toMatchObject({ keys: [], invitations: [{ id: invited.invitation.id, createdBy: 'acme admin' }] });
    // Nowhere in clear, also not in the journal.
    expect(JSON.stringify(await rows('select e::text as line from registry.gateway_enrolment e union all select a::text from registry.audit_entry a'))).not.toContain(invited.token);

    expect(await enrol(invited.token, KEY)).toMatchObject({ outcome: 'enrolled' });
    expect(await enrol(invited.token, `ttg_${'x'.repeat(43)}`)).toEqual({ outcome: 'token-used' });
    expect(await access('roof gateway')).toMatchObject({ keys: [{ accepted: true }], invitations: [], lastRotationAt: null });
    expect((await admin.ask('mutation ($id: ID!) { revokeGatewayInvitation(invitationId: $id) { gatewayId } }', { id: invited.invitation.id })).codes).toEqual(['INVITATION_USED']);

    const known = await new GatewayRepository(ingest).identify(KEY);
    if (known === null) throw new Error('the key is unknown');
    const asked = await ask<AccessAnswer>(`mutation ($id: ID!) { done: rotateGatewayKey(gatewayId: $id) ${ACCESS} }`, { id: invited.gatewayId });
    expect(asked.rotationAskedAt).not.toBeNull();
    const enrolments = new GatewayEnrolmentRepository(ingest);
    expect(await enrolments.rotationIsDue(known, new Date())).toBe(true);
    await enrolments.rotate(known, `ttg_${'n'.repeat(43)}`, new Date(Date.now() + 5));
    const rotated = await access('roof gateway');
    expect(rotated).toMatchObject({ rotationAskedAt: null, lastRotationAt: expect.any(String), keys: [{ accepted: true }, { accepted: true }] });

    const [newest] = rotated?.keys ?? [];
    const revoked = await ask<AccessAnswer>(`mutation ($id: ID!) { done: revokeGatewayKey(keyId: $id) ${ACCESS} }`, { id: newest?.id });
    expect(revoked.keys.map(({ accepted }) => accepted)).toEqual([false, true]);
    expect(await new GatewayRepository(ingest).identify(`ttg_${'n'.repeat(43)}`)).toBeNull();
    // A second time there is nothing to revoke, and nothing to write down.
    await ask(`mutation ($id: ID!) { done: revokeGatewayKey(keyId: $id) ${ACCESS} }`, { id: newest?.id });
    expect((await audited()).slice(before)).toEqual([
      { actor_kind: 'user', action: 'add gateway' },
      { actor_kind: 'user', action: 'invite gateway' },
      { actor_kind: 'gateway', action: 'enrol gateway' },
      { actor_kind: 'user', action: 'ask for key rotation' },
      { actor_kind: 'gateway', action: 'rotate gateway key' },
      { actor_kind: 'user', action: 'revoke gateway key' },
    ]);
    const registry = await RegistryDatabase.open(plants.database.urls.telltale_api);
    expect(await new AuditRepository(registry).verify(plants.acme.plant.tenant)).toBeNull();
    await registry.close();
  });

  it('ends before it begins when the invitation is taken back', async () => {
    const { token, invitation } = await add('cellar gateway');
    const left = await ask<AccessAnswer>(`mutation ($id: ID!) { done: revokeGatewayInvitation(invitationId: $id) ${ACCESS} }`, { id: invitation.id });
    expect(left.invitations).toEqual([]);
    expect(await enrol(token, `ttg_${'c'.repeat(43)}`)).toEqual({ outcome: 'token-unknown' });
    const again = await ask<InvitedAnswer>(`mutation ($id: ID!) { done: inviteGateway(gatewayId: $id) ${INVITED} }`, { id: (await add('attic gateway')).gatewayId });
    expect((await access('attic gateway'))?.invitations).toHaveLength(2);
    expect(await enrol(again.token, `ttg_${'a'.repeat(43)}`)).toMatchObject({ outcome: 'enrolled' });
  });

  it.each([
    ['a name that is taken', { name: 'gateway', validHours: 24 }, 'GATEWAY_NAME_TAKEN'],
    ['no name', { name: '  ', validHours: 24 }, 'BAD_ARGUMENT'],
    ['a year', { name: 'other', validHours: 9_000 }, 'BAD_ARGUMENT'],
  ])('refuses %s', async (_what, given, code) => {
    const answer = await admin.ask('mutation ($siteId: ID!, $name: String!, $validHours: Int!) { addGateway(siteId: $siteId, name: $name, validHours: $validHours) { gatewayId } }', { siteId, ...given });
    expect(answer.codes).toEqual([code]);
  });

  it('changes nothing when it can not be written down', async () => {
    const state = (): Promise<Record<string, unknown>[]> => rows('select g::text as line from registry.gateway g union all select k::text from registry.gateway_key k union all select e::text from registry.gateway_enrolment e order by 1');
    const { gatewayKeyId, invitationId, plant } = plants.acme;
    const given = { siteId, gateway: toId('gateway', plant.gateway.gatewayId), key: toId('gateway key', gatewayKeyId), invitation: toId('invitation', invitationId) };
    const before = await state();
    await superuser.query('revoke insert on registry.audit_entry from telltale_api');
    try {
      const calls = ['addGateway(siteId: $siteId, name: "unwritten") { gatewayId }', 'inviteGateway(gatewayId: $gateway) { gatewayId }', 'revokeGatewayKey(keyId: $key) { gatewayId }', 'revokeGatewayInvitation(invitationId: $invitation) { gatewayId }', 'rotateGatewayKey(gatewayId: $gateway) { gatewayId }'];
      for (const call of calls) {
        const names = Object.keys(given).filter((name) => call.includes(`$${name}`));
        const answer = await admin.ask(`mutation (${names.map((name) => `$${name}: ID!`).join(', ')}) { ${call} }`, Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name))));
        expect([call, answer.codes]).toEqual([call, ['INTERNAL']]);
      }
    } finally {
      await superuser.query('grant insert on registry.audit_entry to telltale_api');
    }
    expect(await state()).toEqual(before);
  });
});

describe('a gateway’s report', () => {
  it('tells the rate of each slave with its reason, a wrong clock, and why the key stays', async () => {
    const { tenant, gateway, endpointId } = plants.acme.plant;
    const now = new Date();
    const slow = { group: 'unit 2, every 1000 ms', scanIntervalMs: 1000, tags: 10, askedPerSecond: 10, achievedPerSecond: 2.5, code: 'modbus.bus-budget', reason: 'The bus is full: its scans need 130 % of the time.' };
    const well = { ...slow, group: 'unit 1, every 1000 ms', achievedPerSecond: 10, code: null, reason: null };
    await new GatewayRepository(ingest).recordStatus(
      tenant,
      gateway.gatewayId,
      {
        gatewayVersion: '0.1.0', startedAtUs: 0, clockUs: (now.getTime() + 42_000) * 1000, keyTrouble: 'The key is fixed.', backfill: null,
        spool: { depthBatches: 7, depthBytes: 2048, oldestUs: (now.getTime() - 90_000) * 1000, quarantinedRecords: 0 },
        endpoints: [{ endpointId, state: 'connected', sinceUs: 0, code: null, reason: null, askedPerSecond: 20, achievedPerSecond: 12.5, groups: [slow, well], untrustedCertificate: null }],
      },
      now,
    );
    const seen = await ask<{ gateways: { name: string }[] }>(
      'query ($siteId: ID!) { done: site(id: $siteId) { gateways { name version clockOffsetMs clockWarning spool { depthBatches oldest } endpoints { askedPerSecond achievedPerSecond rateReason rateGroups { group tagCount askedPerSecond achievedPerSecond code reason } } } } }',
      { siteId },
    );
    expect(seen.gateways.find(({ name }) => name === 'gateway')).toEqual({
      name: 'gateway',
      version: '0.1.0',
      clockOffsetMs: 42_000,
      clockWarning: expect.stringContaining('42 s ahead of the platform'),
      spool: { depthBatches: 7, oldest: new Date(now.getTime() - 90_000).toISOString() },
      endpoints: [
        {
          askedPerSecond: 20,
          achievedPerSecond: 12.5,
          rateReason: slow.reason,
          rateGroups: [
            { group: slow.group, tagCount: 10, askedPerSecond: 10, achievedPerSecond: 2.5, code: slow.code, reason: slow.reason },
            { group: well.group, tagCount: 10, askedPerSecond: 10, achievedPerSecond: 10, code: null, reason: null },
          ],
        },
      ],
    });
    expect((await access('gateway'))?.keyTrouble).toBe('The key is fixed.');
  });

  it('tells which tags to correct and what changed in the device’s tree; nothing of it where nothing was found', async () => {
    const { tenant, gateway, endpointId, tags } = plants.acme.plant;
    const reports = async (findings: Partial<GatewayStatus['endpoints'][number]>): Promise<unknown> => {
      const endpoint = { endpointId, state: 'connected' as const, sinceUs: 0, code: null, reason: null, askedPerSecond: 3, achievedPerSecond: 3, untrustedCertificate: null, ...findings };
      const spool = { depthBatches: 0, depthBytes: 0, oldestUs: null, quarantinedRecords: 0 };
      await new GatewayRepository(ingest).recordStatus(tenant, gateway.gatewayId, { gatewayVersion: '0.1.0', startedAtUs: 0, clockUs: 0, spool, backfill: null, endpoints: [endpoint] }, new Date());
      const fields = 'tagProblems { total first { tagId tagPath code reason } } modelChange { baselineAt comparedAt appeared vanished changed first { kind path what } }';
      const seen = await ask<{ gateways: { name: string; endpoints: unknown[] }[] }>(`query ($siteId: ID!) { done: site(id: $siteId) { gateways { name endpoints { ${fields} } } } }`, { siteId });
      return seen.gateways.find(({ name }) => name === 'gateway')?.endpoints[0];
    };
    const mine = { tagId: tags[0]?.tagId ?? 0, code: 'opcua.whole-array', reason: 'the address means a whole array: name one element in indexRange' };
    // A gateway that names the tag of somebody else learns nothing of it.
    const foreign = { ...mine, tagId: plants.globex.plant.tags[0]?.tagId ?? 0 };
    const changed = { change: 'changed' as const, path: 'Line1/Pump.Speed', what: 'dataType: Double → Int32' };
    const gone = { change: 'vanished' as const, path: 'Line1/Old', what: null };
    const modelChange = { baselineUs: 1_790_000_000_000_000, comparedUs: 1_790_000_060_000_000, appeared: 0, vanished: 30, changed: 1, first: [changed, gone] };
    expect(await reports({ tagProblems: { total: 42, first: [mine, foreign] }, modelChange })).toEqual({
      tagProblems: {
        total: 42,
        first: [
          { tagId: toId('tag', mine.tagId), tagPath: tags[0]?.path, code: mine.code, reason: mine.reason },
          { tagId: toId('tag', foreign.tagId), tagPath: null, code: mine.code, reason: mine.reason },
        ],
      },
      modelChange: {
        baselineAt: new Date(1_790_000_000_000).toISOString(), comparedAt: new Date(1_790_000_060_000).toISOString(), appeared: 0, vanished: 30, changed: 1,
        first: [{ kind: 'CHANGED', path: changed.path, what: changed.what }, { kind: 'VANISHED', path: gone.path, what: null }],
      },
    });
    expect(await reports({})).toEqual({ tagProblems: { total: 0, first: [] }, modelChange: null });
  });
});

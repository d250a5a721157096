import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayStatus } from '@telltale/ingest-contract';
import {
  AuditRepository, CertificateRepository, GatewayReading, GatewayRepository, PlantSetup, RegistryDatabase, TagOnboarding, TagRepository,
  type SiteInventory, type TagChanges, type TagContent,
} from '../src/index.js';
import { createTestDatabase, createTwoTenants, type TestDatabase, type TestPlant } from '../src/testing/index.js';

let database: TestDatabase;
let api: RegistryDatabase;
let ingest: RegistryDatabase;
let owner: RegistryDatabase;
let acme: TestPlant;
let globex: TestPlant;

beforeAll(async () => {
  database = await createTestDatabase();
  [acme, globex] = await createTwoTenants(database.urls.telltale_owner);
  api = await RegistryDatabase.open(database.urls.telltale_api);
  ingest = await RegistryDatabase.open(database.urls.telltale_ingest);
  owner = await RegistryDatabase.open(database.urls.telltale_owner);
});
afterAll(async () => {
  await Promise.all([api?.close(), ingest?.close(), owner?.close()]);
  await database?.drop();
});

const user = { userId: 1, at: new Date('2026-05-04T10:00:00Z') };
const noChange: TagChanges = { save: [], retirePaths: [], detail: {} };
const contentOf = ({ tags }: SiteInventory, at: number): TagContent => {
  const tag = tags[at];
  if (!tag) throw new Error(`there is no tag ${at}`);
  return tag;
};
const version = async ({ tenant, gateway }: TestPlant): Promise<string | undefined> => (await new GatewayRepository(ingest).configuration(tenant, gateway.gatewayId))?.version;
const collected = async ({ tenant, gateway }: TestPlant): Promise<string[]> =>
  (await new GatewayRepository(ingest).configuration(tenant, gateway.gatewayId))?.endpoints.flatMap(({ tags }) => tags.map(({ tagPath }) => tagPath)) ?? [];

describe('tags of a site', () => {
  it('are changed at once, with an audit entry, and the gateway gets a new configuration', async () => {
    const onboarding = new TagOnboarding(api);
    const [before, ofOthers] = [await version(acme), await version(globex)];
    const changes = await onboarding.apply(acme.tenant, acme.site.siteId, user, async (inventory) => {
      expect([inventory.tenantSlug, inventory.tags.length, inventory.endpoints]).toEqual(['acme', 3, [{ endpointId: acme.endpointId, name: 'plc', connector: 'opcua', gateway: 'gateway' }]]);
      const first = contentOf(inventory, 0);
      return { save: [{ ...first, name: 'Boiler' }, { ...first, path: 'acme/plant/new', address: { nodeId: 'ns=1;s=New' } }], retirePaths: ['acme/plant/air-temperature-003'], detail: { added: 1 } };
    });
    expect(changes?.retirePaths).toHaveLength(1);
    expect(await version(acme)).not.toBe(before);
    expect((await collected(acme)).sort()).toEqual(['acme/plant/air-temperature-001', 'acme/plant/air-temperature-002', 'acme/plant/new']);
    const listed = await new TagRepository(api).ofSite(acme.tenant, acme.site.siteId);
    expect(listed.map(({ path, name }) => `${path} ${name}`)).toEqual(['acme/plant/air-temperature-001 Boiler', 'acme/plant/air-temperature-002 Air temperature 2', 'acme/plant/new Air temperature 1']);
    expect((await new TagRepository(api).page(acme.tenant, acme.site.siteId, { first: 10 })).total).toBe(3);
    expect((await new GatewayReading(api).endpoints(acme.tenant, [acme.gateway.gatewayId]))[0]?.tagCount).toBe(3);
    expect(await new AuditRepository(api).verify(acme.tenant)).toBeNull();
    expect(await version(globex)).toBe(ofOthers);
  });

  it('that are retired keep their history and may still send what is on its way', async () => {
    const [, , third] = acme.tags;
    const [tag] = await new TagRepository(api).byPaths(acme.tenant, ['acme/plant/air-temperature-003']);
    expect([tag?.tagId, tag?.retiredAt]).toEqual([third?.tagId, user.at]);
    expect(await new TagRepository(ingest).idsOfGateway(acme.tenant, acme.gateway.gatewayId)).toContain(third?.tagId);
    await new TagOnboarding(api).apply(acme.tenant, acme.site.siteId, user, async (inventory) => ({ save: inventory.tags.filter(({ retired }) => retired), retirePaths: [], detail: {} }));
    const [back] = await new TagRepository(api).byPaths(acme.tenant, ['acme/plant/air-temperature-003']);
    expect([back?.tagId, back?.retiredAt]).toEqual([third?.tagId, null]);
  });

  it('stay as they were when anything fails on the way', async () => {
    const before = [await version(acme), (await new TagOnboarding(api).inventory(acme.tenant, acme.site.siteId))?.tags];
    const broken = new TagOnboarding(api).apply(acme.tenant, acme.site.siteId, user, async (inventory) => ({ save: [{ ...contentOf(inventory, 0), name: 'Half' }, { ...contentOf(inventory, 1), endpointId: 2_000_000_000 }], retirePaths: [], detail: {} }));
    await expect(broken).rejects.toThrow('tag_endpoint_fkey');
    await expect(new TagOnboarding(api).apply(acme.tenant, acme.site.siteId, user, async () => Promise.reject(new Error('stale')))).rejects.toThrow('stale');
    expect([await version(acme), (await new TagOnboarding(api).inventory(acme.tenant, acme.site.siteId))?.tags]).toEqual(before);
  });

  it('of another tenant are not there', async () => {
    expect(await new TagOnboarding(api).inventory(acme.tenant, globex.site.siteId)).toBeNull();
    expect(await new TagOnboarding(api).apply(acme.tenant, globex.site.siteId, user, async () => noChange)).toBeNull();
  });

  it('wait for each other', async () => {
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<TagChanges> => {
      steps.push(`${name} begins`);
      await new Promise((later) => setTimeout(later, 100));
      steps.push(`${name} ends`);
      return noChange;
    };
    const onboarding = new TagOnboarding(api);
    await Promise.all(['a', 'b'].map((name) => onboarding.apply(acme.tenant, acme.site.siteId, user, work(name))));
    expect(steps.filter((_, at) => at % 2 === 0).map((step) => step.slice(0, 1))).toEqual(steps.filter((_, at) => at % 2 === 1).map((step) => step.slice(0, 1)));
  });

  it('that pipe runs and lines need are known', async () => {
    const setup = new PlantSetup(owner);
    const { siteId } = acme.site;
    const [state, warm] = acme.tags;
    const line = await setup.equipment(acme.tenant, { siteId, level: 'line', slug: 'line-1', name: 'Filler', path: 'line-1' });
    await setup.line(acme.tenant, { equipmentId: line.equipmentId, stateTagId: state?.tagId ?? null, stateMap: {} });
    await setup.pipeRun(acme.tenant, { siteId, slug: 'north', name: 'North', lengthM: 9, medium: 'steam' }, [{ tagId: warm?.tagId ?? 0, positionM: 3 }]);
    const inventory = await new TagOnboarding(api).inventory(acme.tenant, siteId);
    expect(Object.fromEntries(inventory?.usedBy ?? [])).toEqual({ 'acme/plant/air-temperature-001': 'line Filler', 'acme/plant/air-temperature-002': 'pipe run North' });
  });
});

function certificatePem(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-certificate-'));
  try {
    const file = join(folder, 'certificate.pem');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, 'key.pem'), '-out', file, '-days', '30', '-subj', `/CN=${name}`], { stdio: 'ignore' });
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const statusWith = (endpointId: number, pem: string): GatewayStatus => ({
  gatewayVersion: '1', startedAtUs: 1, clockUs: 1, spool: { depthBatches: 0, depthBytes: 0, oldestUs: null, quarantinedRecords: 0 }, backfill: null,
  endpoints: [{ endpointId, state: 'untrusted', sinceUs: 1, code: 'certificate.untrusted', reason: 'x', askedPerSecond: 1, achievedPerSecond: 0, untrustedCertificate: { thumbprint: 'what the gateway says', subject: 'x', pem } }],
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('SKIPPED the trust inbox: the openssl program is not installed.\n');

(hasOpenssl ? describe : describe.skip)('the trust inbox', () => {
  const inbox = (plant: TestPlant) => new CertificateRepository(api).ofSite(plant.tenant, plant.site.siteId);
  const settings = async () => (await new GatewayRepository(ingest).configuration(acme.tenant, acme.gateway.gatewayId))?.endpoints[0]?.settings;
  const at = (second: number): Date => new Date(Date.UTC(2026, 4, 4, 10, 0, second));

  it('holds what a gateway reported, once, until somebody decides', async () => {
    const gateways = new GatewayRepository(ingest);
    const status = statusWith(acme.endpointId, certificatePem('plc'));
    await gateways.recordStatus(acme.tenant, acme.gateway.gatewayId, status, at(0));
    await gateways.recordStatus(acme.tenant, acme.gateway.gatewayId, status, at(5));
    await gateways.recordStatus(acme.tenant, acme.gateway.gatewayId, statusWith(acme.endpointId, 'no certificate'), at(6));
    const [shown, ...others] = await inbox(acme);
    expect(others).toEqual([]);
    expect(shown).toMatchObject({ certificate: { decision: 'pending', firstSeenAt: at(0), lastSeenAt: at(5) }, endpoint: { name: 'plc' }, gateway: { name: 'gateway' } });
    expect(shown?.certificate.thumbprint).toMatch(/^[0-9a-f]{64}$/);
    expect(await inbox(globex)).toEqual([]);
    expect(await settings()).toEqual({ url: 'opc.tcp://127.0.0.1:1' });
  });

  it('carries the decision to the gateway and writes the audit', async () => {
    const certificates = new CertificateRepository(api);
    const [shown] = await inbox(acme);
    const { certificateId = 0, thumbprint = '' } = shown?.certificate ?? {};
    const before = await version(acme);
    expect(await certificates.decide(globex.tenant, certificateId, 'trusted', user)).toBeNull();
    expect((await certificates.decide(acme.tenant, certificateId, 'trusted', user))?.certificate).toMatchObject({ decision: 'trusted', decidedBy: 1, decidedAt: user.at });
    expect(await settings()).toEqual({ url: 'opc.tcp://127.0.0.1:1', trustedThumbprints: [thumbprint] });
    expect(await version(acme)).not.toBe(before);
    await certificates.decide(acme.tenant, certificateId, 'rejected', user);
    expect(await settings()).toEqual({ url: 'opc.tcp://127.0.0.1:1' });
    await new GatewayRepository(ingest).recordStatus(acme.tenant, acme.gateway.gatewayId, statusWith(acme.endpointId, shown?.certificate.pem ?? ''), at(9));
    expect((await inbox(acme))[0]?.certificate).toMatchObject({ decision: 'rejected', lastSeenAt: at(9) });
    const entries: { action: string }[] = await api.inTenant(acme.tenant, (manager) => manager.query('select action from registry.audit_entry where tenant_id = $1 order by audit_id desc limit 2', [acme.tenant.tenantId]));
    expect(entries.map(({ action }) => action)).toEqual(['reject certificate', 'trust certificate']);
    expect(await new AuditRepository(api).verify(acme.tenant)).toBeNull();
  });

  it('takes nothing for an endpoint of another gateway, and twenty at most', async () => {
    const gateways = new GatewayRepository(ingest);
    await gateways.recordStatus(globex.tenant, globex.gateway.gatewayId, statusWith(acme.endpointId, certificatePem('stranger')), at(0));
    expect([(await inbox(acme)).length, await inbox(globex)]).toEqual([1, []]);
    for (let index = 0; index < 22; index++) await gateways.recordStatus(globex.tenant, globex.gateway.gatewayId, statusWith(globex.endpointId, certificatePem(`flood-${index}`)), at(index));
    expect(await inbox(globex)).toHaveLength(20);
  });
});

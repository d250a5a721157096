import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgeGatewaySettings, startEdgeGateway } from '@telltale/edge-gateway';
import { ingestSettings, startIngest } from '@telltale/ingest';
import { GatewayKeysRepository, PlantSetup, RegistryDatabase } from '@telltale/plant-registry';
import type { RunningService } from '@telltale/service-runtime';
import { SECRETS, settingsFor } from '../connectors/opcua/test/endpoint.js';
import { PLANT_URI, RestartableDevice } from '../connectors/opcua/test/simulated-device.js';
import { toId } from '../services/api/src/graphql/opaque-id.js';
import { ApiCaller } from '../services/api/test/api-caller.js';
import { ServedPlants } from '../services/api/test/served-plants.js';
import { until } from './plant/until.js';

const KEY = 'gateway-key-of-the-trust-story';

/** A real OPC UA server that nobody knows, a real gateway, ingest and api: nothing is read until an administrator trusts it; what it can't give is told. */
describe('the trust inbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-trust-'));
  let plants: ServedPlants;
  let device: RestartableDevice;
  let owner: RegistryDatabase;
  let admin: ApiCaller;
  const services: RunningService[] = [];
  const configure = async (accepted: { readonly acceptedAt?: string }): Promise<void> => {
    const { tenant, gateway } = plants.acme.plant;
    const settings = JSON.parse(JSON.stringify(settingsFor(device, { watch: { rules: ['Plant/Line1/*'], ...accepted } })));
    await new PlantSetup(owner).endpoint(tenant, { gatewayId: gateway.gatewayId, name: 'plc', connector: 'opcua', settings, backfillDays: 0 });
  };

  beforeAll(async () => {
    plants = await ServedPlants.open();
    device = await RestartableDevice.create({ values: 3, beatMs: 250, structures: true });
    const { tenant, gateway } = plants.acme.plant;
    owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
    await new GatewayKeysRepository(owner).accept(tenant, gateway.gatewayId, KEY, new Date());
    await configure({});
    const addresses: Record<string, string>[] = [{ nodeId: `nsu=${PLANT_URI};s=Pump` }, { nodeId: `nsu=${PLANT_URI};s=Numbers` }, { nodeId: `nsu=${PLANT_URI};s=Pump`, member: 'Speed' }];
    const tags = plants.acme.plant.tags.map(({ siteId, path, name, unit, kind, endpointId, scanIntervalMs }, index) => ({ siteId, path, name, unit, kind, endpointId, scanIntervalMs, address: addresses[index] ?? null }));
    await new PlantSetup(owner).tags(tenant, tags);
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets);
    for (const [name, value] of Object.entries(SECRETS)) {
      writeFileSync(join(secrets, name), value);
      chmodSync(join(secrets, name), 0o600);
    }
    const quiet = { LOG_LEVEL: 'silent', HTTP_HOST: '127.0.0.1', HTTP_PORT: '0' };
    const ingest = await startIngest(ingestSettings.parse({ ...quiet, DATABASE_URL: plants.database.urls.telltale_ingest, QUEUE_BACKEND: 'postgres', QUEUE_URL: plants.database.urls.telltale_queue }));
    services.push(ingest);
    services.push(await startEdgeGateway(edgeGatewaySettings.parse({ ...quiet, INGEST_URL: ingest.url, GATEWAY_KEY: KEY, GATEWAY_DATA_DIR: join(folder, 'data'), SECRETS_DIR: secrets, CONFIGURATION_INTERVAL_MS: '1000', STATUS_INTERVAL_MS: '500' })));
    admin = await ApiCaller.signedIn(plants.url, plants.acme.people.admin.email);
  }, 90_000);

  afterAll(async () => {
    for (const service of services.toReversed()) await service.close();
    await device?.dispose();
    await owner?.close();
    await plants?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Seen {
    readonly certificates: readonly { readonly id: string; readonly subject: string; readonly decision: string }[];
    readonly site: { readonly gateways: readonly { readonly endpoints: readonly { readonly state: string; readonly achievedPerSecond: number | null }[] }[] };
  }
  const look = async (): Promise<Seen> => {
    const { data, text } = await admin.ask('query ($id: ID!) { certificates: serverCertificates(siteId: $id) { id subject decision } site(id: $id) { gateways { endpoints { state achievedPerSecond } } } }', { id: toId('site', plants.acme.plant.site.siteId) });
    if (!data) throw new Error(text);
    return data as unknown as Seen;
  };
  const endpoint = async (): Promise<{ state: string; achievedPerSecond: number | null } | undefined> => (await look()).site.gateways[0]?.endpoints[0];
  /** The certificate of the real server; the other one belongs to the furniture. */
  const shown = async () => (await look()).certificates.find(({ subject }) => !subject.includes('plc-17'));
  const decide = async (mutation: string, id: string): Promise<readonly string[]> => (await admin.ask(`mutation ($id: ID!) { ${mutation}(certificateId: $id) { decision } }`, { id })).codes;

  test('nothing is read before the decision, values within seconds after it, none after a rejection', async () => {
    await until('the certificate is in the inbox', 40_000, async () => (await shown())?.decision === 'PENDING');
    expect(await endpoint()).toMatchObject({ state: 'UNTRUSTED', achievedPerSecond: 0 });
    const { id = '' } = (await shown()) ?? {};

    const decidedAt = performance.now();
    expect(await decide('trustCertificate', id)).toEqual([]);
    await until('the endpoint is connected', 40_000, async () => (await endpoint())?.state === 'CONNECTED');
    process.stdout.write(`trusted: connected ${((performance.now() - decidedAt) / 1000).toFixed(1)} s after the decision\n`);

    expect(await decide('rejectCertificate', id)).toEqual([]);
    await until('the endpoint is untrusted again', 40_000, async () => (await endpoint())?.state === 'UNTRUSTED');
    expect((await shown())?.decision).toBe('REJECTED');
  }, 150_000);

  interface Findings {
    readonly tagProblems: { readonly total: number; readonly first: readonly { readonly tagPath: string; readonly code: string }[] };
    readonly modelChange: { readonly appeared: number; readonly vanished: number; readonly first: readonly { readonly kind: string; readonly path: string }[] } | null;
  }
  const findings = async (): Promise<Findings | undefined> => {
    const fields = 'tagProblems { total first { tagPath code } } modelChange { appeared vanished first { kind path } }';
    const { data, text } = await admin.ask(`query ($id: ID!) { site(id: $id) { gateways { endpoints { ${fields} } } } }`, { id: toId('site', plants.acme.plant.site.siteId) });
    if (!data) throw new Error(text);
    return (data as unknown as { site: { gateways: { endpoints: Findings[] }[] } }).site.gateways[0]?.endpoints[0];
  };

  test('what a trusted device can not give is told tag by tag, and what changes in its tree until a person accepts it', async () => {
    expect(await decide('trustCertificate', (await shown())?.id ?? '')).toEqual([]);
    const [pump, numbers] = plants.acme.plant.tags;
    const told = await until('the tags to correct are told', 40_000, async () => ((await findings())?.tagProblems.total === 2 ? findings() : null));
    expect(told?.tagProblems.first).toEqual([{ tagPath: pump?.path, code: 'opcua.whole-structure' }, { tagPath: numbers?.path, code: 'opcua.whole-array' }]);
    const why = async (): Promise<unknown> => (await admin.ask('query ($id: ID!) { tag(id: $id) { dataPath { cause { code detail } } } }', { id: toId('tag', numbers?.tagId ?? 0) })).data?.['tag'];
    expect(await why()).toMatchObject({ dataPath: { cause: { code: 'ADDRESS_WITHOUT_VALUE', detail: expect.stringContaining('name one element in indexRange (opcua.whole-array)') } } });

    await until('the baseline is taken', 40_000, async () => (await findings())?.modelChange?.appeared === 0);
    device.device?.addNode('Fresh', 'Int32');
    await until('the new node is told', 40_000, async () => (await findings())?.modelChange?.appeared === 1);
    expect((await findings())?.modelChange).toEqual({ appeared: 1, vanished: 0, first: [{ kind: 'APPEARED', path: 'Plant/Line1/Fresh' }] });
    await configure({ acceptedAt: '2026-11-23' });
    await until('the tree is accepted', 40_000, async () => (await findings())?.modelChange?.appeared === 0);
  }, 150_000);
});

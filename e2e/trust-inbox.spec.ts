import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgeGatewaySettings, startEdgeGateway } from '@telltale/edge-gateway';
import { ingestSettings, startIngest } from '@telltale/ingest';
import { GatewayKeysRepository, PlantSetup, RegistryDatabase } from '@telltale/plant-registry';
import type { RunningService } from '@telltale/service-runtime';
import { SECRETS, settingsFor } from '../connectors/opcua/test/endpoint.js';
import { RestartableDevice } from '../connectors/opcua/test/simulated-device.js';
import { toId } from '../services/api/src/graphql/opaque-id.js';
import { ApiCaller } from '../services/api/test/api-caller.js';
import { ServedPlants } from '../services/api/test/served-plants.js';
import { until } from './plant/until.js';

const KEY = 'gateway-key-of-the-trust-story';

/** A real OPC UA server that nobody knows, a real gateway, ingest and api: nothing is read until an administrator trusts it. */
describe('the trust inbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-trust-'));
  let plants: ServedPlants;
  let device: RestartableDevice;
  let admin: ApiCaller;
  const services: RunningService[] = [];

  beforeAll(async () => {
    plants = await ServedPlants.open();
    device = await RestartableDevice.create({ values: 3, beatMs: 250 });
    const { tenant, gateway, endpointId } = plants.acme.plant;
    const owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
    await new GatewayKeysRepository(owner).accept(tenant, gateway.gatewayId, KEY, new Date());
    const endpoint = { endpointId, gatewayId: gateway.gatewayId, name: 'plc', connector: 'opcua', settings: JSON.parse(JSON.stringify(settingsFor(device))), backfillDays: 0 };
    await new PlantSetup(owner).endpoint(tenant, endpoint);
    await owner.close();
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
});

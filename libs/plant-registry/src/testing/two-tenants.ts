import type { TenantContext } from '@telltale/tenancy';
import { PlantSetup, RegistryDatabase, TenantRepository, type Gateway, type Site, type Tag } from '../index.js';

/** A small plant: one site, one gateway with one endpoint, some tags. */
export interface TestPlant {
  readonly tenant: TenantContext;
  readonly site: Site;
  readonly gateway: Gateway;
  readonly endpointId: number;
  readonly tags: readonly Tag[];
}

/** Two tenants with the same names for everything below them: what is mixed up between them is seen. */
export async function createTwoTenants(ownerUrl: string, tagsPerTenant = 3): Promise<readonly [TestPlant, TestPlant]> {
  const registry = await RegistryDatabase.open(ownerUrl);
  try {
    const first = await createPlant(registry, 'acme', tagsPerTenant);
    return [first, await createPlant(registry, 'globex', tagsPerTenant)];
  } finally {
    await registry.close();
  }
}

async function createPlant(registry: RegistryDatabase, slug: string, tagCount: number): Promise<TestPlant> {
  const setup = new PlantSetup(registry);
  const tenant = await new TenantRepository(registry).save({ slug, name: slug, currency: 'EUR', locale: 'en' });
  const site = await setup.site(tenant, { slug: 'plant', name: 'Plant', timeZone: 'Europe/Berlin' });
  const { siteId } = site;
  const gateway = await setup.gateway(tenant, { siteId, name: 'gateway' });
  const { endpointId } = await setup.endpoint(tenant, {
    gatewayId: gateway.gatewayId,
    name: 'plc',
    connector: 'opcua',
    settings: { url: 'opc.tcp://127.0.0.1:1' },
    backfillDays: 0,
  });
  const tags = await setup.tags(
    tenant,
    Array.from({ length: tagCount }, (_, index) => ({
      siteId,
      path: `${slug}/plant/air-temperature-${String(index + 1).padStart(3, '0')}`,
      name: `Air temperature ${index + 1}`,
      unit: '°C',
      kind: 'analog' as const,
      endpointId,
      address: { nodeId: `ns=1;s=T${index + 1}` },
      scanIntervalMs: 1000,
    })),
  );
  return { tenant, site, gateway, endpointId, tags };
}

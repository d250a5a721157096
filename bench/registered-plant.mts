import { Endpoint, Gateway, GatewayKeysRepository, RegistryDatabase, Site, Tenant, type JsonDocument } from '@telltale/plant-registry';

export interface PlantOptions {
  readonly tenantId: number;
  readonly gateways: number;
  readonly tagsPerGateway: number;
  /** How the gateways' one endpoint is read. */
  readonly connector?: string;
  readonly settings?: JsonDocument;
}

export interface RegisteredGateway {
  readonly tenantId: number;
  readonly gatewayId: number;
  readonly key: string;
  readonly tagIds: readonly number[];
}

/** A tenant with one site, gateways with keys, one endpoint each and its tags, as an administrator would make them. */
export async function registerPlant(adminUrl: string, options: PlantOptions): Promise<readonly RegisteredGateway[]> {
  const { tenantId } = options;
  const registry = await RegistryDatabase.open(adminUrl);
  try {
    const slug = `plant-${tenantId}`;
    const siteId = await registry.inTenant({ tenantId }, async (manager) => {
      await manager.insert(Tenant, { tenantId, slug, name: slug, currency: 'EUR', locale: 'en' });
      await manager.query('insert into registry.tenant_roster (tenant_id) values ($1) on conflict do nothing', [tenantId]);
      return (await manager.save(manager.create(Site, { tenantId, slug: 'works', name: 'Works', timeZone: 'UTC' }))).siteId;
    });
    const registered: RegisteredGateway[] = [];
    for (let number = 1; number <= options.gateways; number++) {
      const made = await registry.inTenant({ tenantId }, async (manager) => {
        const { gatewayId } = await manager.save(manager.create(Gateway, { tenantId, siteId, name: `gateway-${number}`, status: null, statusAt: null }));
        const { endpointId } = await manager.save(
          manager.create(Endpoint, { tenantId, gatewayId, name: 'line', connector: options.connector ?? 'opcua', settings: options.settings ?? {}, backfillDays: 0 }),
        );
        const rows: { id: number }[] = await manager.query(
          `insert into registry.tag (tenant_id, site_id, path, name, unit, kind, endpoint_id, address, scan_interval_ms)
           select $1::int4, $2::int4, $3 || n, 't' || n, '°C', 'analog', $4::int4, jsonb_build_object('name', 't' || n), 100 from generate_series(1, $5::int4) n returning tag_id as id`,
          [tenantId, siteId, `${slug}/works/g${number}/t`, endpointId, options.tagsPerGateway],
        );
        const tagIds = rows.map(({ id }) => id);
        return { gatewayId, tagIds };
      });
      const { key } = await new GatewayKeysRepository(registry).issue({ tenantId }, made.gatewayId, new Date());
      registered.push({ tenantId, ...made, key });
    }
    return registered;
  } finally {
    await registry.close();
  }
}

import { In } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Endpoint, Gateway } from '../entities/index.js';

/** An endpoint without its settings, which may hold secrets. */
export type EndpointSummary = Pick<Endpoint, 'endpointId' | 'gatewayId' | 'name' | 'connector' | 'backfillDays'> & {
  readonly tagCount: number;
};

/** Gateways as people see them. */
export class GatewayReading {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Of all sites. */
  list(tenant: TenantContext): Promise<Gateway[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.findBy(Gateway, { tenantId }));
  }

  /** By name. */
  ofSite(tenant: TenantContext, siteId: number): Promise<Gateway[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Gateway, { where: { tenantId, siteId }, order: { name: 'ASC' } }),
    );
  }

  byId(tenant: TenantContext, gatewayId: number): Promise<Gateway | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.findOneBy(Gateway, { tenantId, gatewayId }));
  }

  /** Of all the gateways, each with the number of tags it collects. */
  endpoints(tenant: TenantContext, gatewayIds: readonly number[]): Promise<EndpointSummary[]> {
    const { tenantId } = tenant;
    if (gatewayIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, async (manager) => {
      const endpoints = await manager.find(Endpoint, {
        select: { endpointId: true, gatewayId: true, name: true, connector: true, backfillDays: true },
        where: { tenantId, gatewayId: In([...gatewayIds]) },
        order: { endpointId: 'ASC' },
      });
      const counts: { endpoint_id: number; tags: number }[] = await manager.query(
        `select endpoint_id, count(*)::int4 as tags from registry.tag where tenant_id = $1 and endpoint_id = any($2) and retired_at is null group by 1`,
        [tenantId, endpoints.map(({ endpointId }) => endpointId)],
      );
      const tagsOf = new Map(counts.map((row) => [row.endpoint_id, row.tags]));
      return endpoints.map(({ endpointId, gatewayId, name, connector, backfillDays }) => ({
        endpointId,
        gatewayId,
        name,
        connector,
        backfillDays,
        tagCount: tagsOf.get(endpointId) ?? 0,
      }));
    });
  }
}

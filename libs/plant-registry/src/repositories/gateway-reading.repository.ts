import { In } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Endpoint, Gateway, Tag } from '../entities/index.js';

/** An endpoint without its settings, which may hold secrets. */
export type EndpointSummary = Pick<Endpoint, 'endpointId' | 'gatewayId' | 'name' | 'connector'> & {
  readonly tagCount: number;
};

/** Gateways as people see them. */
export class GatewayReading {
  constructor(private readonly database: RegistryDatabase) {}

  /** By name. */
  ofSite({ tenantId }: TenantContext, siteId: number): Promise<Gateway[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Gateway, { where: { tenantId, siteId }, order: { name: 'ASC' } }),
    );
  }

  endpoints({ tenantId }: TenantContext, gatewayIds: readonly number[]): Promise<EndpointSummary[]> {
    return this.database.inTenant({ tenantId }, async (manager) => {
      const endpoints = await manager.find(Endpoint, {
        where: { tenantId, gatewayId: In([...gatewayIds]) },
        select: { endpointId: true, gatewayId: true, name: true, connector: true },
        order: { name: 'ASC' },
      });
      const counts = await manager
        .createQueryBuilder(Tag, 'tag')
        .select('tag.endpointId', 'endpointId')
        .addSelect('count(*)::int4', 'tagCount')
        .where({ tenantId, endpointId: In(endpoints.map(({ endpointId }) => endpointId)) })
        .groupBy('tag.endpointId')
        .getRawMany<{ endpointId: number; tagCount: number }>();
      return endpoints.map((endpoint) => ({
        ...endpoint,
        tagCount: counts.find(({ endpointId }) => endpointId === endpoint.endpointId)?.tagCount ?? 0,
      }));
    });
  }
}

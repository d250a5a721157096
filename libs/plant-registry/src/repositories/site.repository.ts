import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Equipment, Site, Tenant } from '../entities/index.js';

/** The enterprise, its sites and their equipment. */
export class SiteRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  tenant(tenant: TenantContext): Promise<Tenant> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.findOneByOrFail(Tenant, { tenantId }));
  }

  /** By name. */
  sites(tenant: TenantContext): Promise<Site[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Site, { where: { tenantId }, order: { name: 'ASC' } }),
    );
  }

  site(tenant: TenantContext, siteId: number): Promise<Site | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.findOneBy(Site, { tenantId, siteId }));
  }

  /** Every area, line and cell of a site, by path. */
  equipment(tenant: TenantContext, siteId: number): Promise<Equipment[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Equipment, { where: { tenantId, siteId }, order: { path: 'ASC' } }),
    );
  }

  equipmentOne(tenant: TenantContext, equipmentId: number): Promise<Equipment | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.findOneBy(Equipment, { tenantId, equipmentId }));
  }
}

import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Equipment, Product, ProductRate, ShiftPatternRecord, Site, Tenant } from '../entities/index.js';

/** The enterprise, its sites and their equipment. */
export class SiteRepository {
  constructor(private readonly database: RegistryDatabase) {}

  tenant({ tenantId }: TenantContext): Promise<Tenant> {
    return this.database.inTenant({ tenantId }, (manager) => manager.findOneByOrFail(Tenant, { tenantId }));
  }

  /** By name. */
  sites({ tenantId }: TenantContext): Promise<Site[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Site, { where: { tenantId }, order: { name: 'ASC' } }),
    );
  }

  site({ tenantId }: TenantContext, siteId: number): Promise<Site | null> {
    return this.database.inTenant({ tenantId }, (manager) => manager.findOneBy(Site, { tenantId, siteId }));
  }

  /** Every area, line and cell of a site, by path. */
  equipment({ tenantId }: TenantContext, siteId: number): Promise<Equipment[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Equipment, { where: { tenantId, siteId }, order: { path: 'ASC' } }),
    );
  }

  equipmentOne({ tenantId }: TenantContext, equipmentId: number): Promise<Equipment | null> {
    return this.database.inTenant({ tenantId }, (manager) => manager.findOneBy(Equipment, { tenantId, equipmentId }));
  }

  /** Oldest first. */
  shiftPatterns({ tenantId }: TenantContext, siteId: number): Promise<ShiftPatternRecord[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(ShiftPatternRecord, { where: { tenantId, siteId }, order: { validFrom: 'ASC' } }),
    );
  }

  products({ tenantId }: TenantContext, siteId: number): Promise<Product[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Product, { where: { tenantId, siteId }, order: { code: 'ASC' } }),
    );
  }

  /** Planned run time per item on a line, oldest first. */
  productRates({ tenantId }: TenantContext, equipmentId: number): Promise<ProductRate[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(ProductRate, { where: { tenantId, equipmentId }, order: { validFrom: 'ASC' } }),
    );
  }
}

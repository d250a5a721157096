import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Tenant, TenantRosterEntry } from '../entities/index.js';

/** Makes tenants. Works with the role telltale_owner only. */
export class TenantRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** The tenant with this slug, made when there is none. */
  async save(content: Omit<Tenant, 'tenantId'>): Promise<TenantContext> {
    for (const tenant of await this.registry.listTenants()) {
      const known = await this.registry.inTenant(tenant, (manager) =>
        manager.findOneBy(Tenant, { tenantId: tenant.tenantId }),
      );
      if (known?.slug !== content.slug) continue;
      await this.registry.inTenant(tenant, (manager) => manager.update(Tenant, { tenantId: tenant.tenantId }, content));
      return tenant;
    }
    const tenant = { tenantId: await this.registry.nextTenantId() };
    await this.registry.inTenant(tenant, async (manager) => {
      await manager.insert(Tenant, { ...content, ...tenant });
      await manager.insert(TenantRosterEntry, tenant);
    });
    return tenant;
  }
}

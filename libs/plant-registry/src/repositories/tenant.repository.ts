import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Tenant, TenantRosterEntry } from '../entities/index.js';

/** Makes tenants. Works with the role telltale_owner only. */
export class TenantRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  async bySlug(slug: string): Promise<TenantContext | null> {
    for (const tenant of await this.registry.listTenants()) {
      const { tenantId } = tenant;
      if (await this.registry.inTenant(tenant, (manager) => manager.existsBy(Tenant, { tenantId, slug }))) return tenant;
    }
    return null;
  }

  /** The tenant with this slug, made when there is none, with this content. */
  async save(content: Omit<Tenant, 'tenantId'>): Promise<TenantContext> {
    const known = await this.bySlug(content.slug);
    if (known === null) return this.add(content);
    await this.registry.inTenant(known, (manager) => manager.update(Tenant, known, content));
    return known;
  }

  /** The tenant with this slug as it is, made when there is none. */
  async introduce(content: Omit<Tenant, 'tenantId'>): Promise<TenantContext> {
    return (await this.bySlug(content.slug)) ?? this.add(content);
  }

  private async add(content: Omit<Tenant, 'tenantId'>): Promise<TenantContext> {
    const tenant = { tenantId: await this.registry.nextTenantId() };
    await this.registry.inTenant(tenant, async (manager) => {
      await manager.insert(Tenant, { ...content, ...tenant });
      await manager.insert(TenantRosterEntry, tenant);
    });
    return tenant;
  }
}

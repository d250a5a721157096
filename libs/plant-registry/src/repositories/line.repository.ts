import { In } from 'typeorm';
import { ShiftPattern } from '@telltale/plant-calendar';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Equipment, LineSetup, Product, ProductRate, ShiftPatternRecord } from '../entities/index.js';

/** A line that is set up for yield. */
export interface ProductionLine {
  readonly equipment: Equipment;
  readonly setup: LineSetup;
}

/** Production lines, what they make and when they are to run. */
export class LineRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Lines of all sites, or of one, by path. */
  list(tenant: TenantContext, siteId?: number): Promise<ProductionLine[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const setups = await manager.findBy(LineSetup, { tenantId });
      const equipment = await manager.find(Equipment, {
        where: {
          tenantId,
          equipmentId: In(setups.map((setup) => setup.equipmentId)),
          ...(siteId === undefined ? {} : { siteId }),
        },
        order: { path: 'ASC' },
      });
      const setupOf = new Map(setups.map((setup) => [setup.equipmentId, setup]));
      return equipment.flatMap((line) => {
        const setup = setupOf.get(line.equipmentId);
        return setup ? [{ equipment: line, setup }] : [];
      });
    });
  }

  ofSite(tenant: TenantContext, siteId: number): Promise<ProductionLine[]> {
    return this.list(tenant, siteId);
  }

  byId(tenant: TenantContext, equipmentId: number): Promise<ProductionLine | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const setup = await manager.findOneBy(LineSetup, { tenantId, equipmentId });
      const equipment = setup && (await manager.findOneBy(Equipment, { tenantId, equipmentId }));
      return setup && equipment && { equipment, setup };
    });
  }

  /** By code. */
  products(tenant: TenantContext, siteId: number): Promise<Product[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Product, { where: { tenantId, siteId }, order: { code: 'ASC' } }),
    );
  }

  /** Planned run times on a line, oldest first. */
  rates(tenant: TenantContext, equipmentId: number): Promise<ProductRate[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(ProductRate, { where: { tenantId, equipmentId }, order: { validFrom: 'ASC' } }),
    );
  }

  /** Oldest first; ready for ShiftCalendar. */
  async shiftPatterns(tenant: TenantContext, siteId: number): Promise<ShiftPattern[]> {
    const { tenantId } = tenant;
    const records = await this.registry.inTenant(tenant, (manager) =>
      manager.find(ShiftPatternRecord, { where: { tenantId, siteId }, order: { validFrom: 'ASC' } }),
    );
    return records.map(({ validFrom, shifts, plannedStops }) =>
      ShiftPattern.parse({ validFrom, shifts, plannedStops }),
    );
  }
}

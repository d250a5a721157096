import { In } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Equipment, LineSetup } from '../entities/index.js';

export interface ProductionLine {
  readonly equipment: Equipment;
  readonly setup: LineSetup;
}

/** Lines whose production is measured. */
export class LineRepository {
  constructor(private readonly database: RegistryDatabase) {}

  /** By path. */
  ofSite({ tenantId }: TenantContext, siteId: number): Promise<ProductionLine[]> {
    return this.lines({ tenantId }, { siteId });
  }

  async line({ tenantId }: TenantContext, equipmentId: number): Promise<ProductionLine | null> {
    const [line] = await this.lines({ tenantId }, { equipmentId });
    return line ?? null;
  }

  private lines(
    { tenantId }: TenantContext,
    which: { siteId: number } | { equipmentId: number },
  ): Promise<ProductionLine[]> {
    return this.database.inTenant({ tenantId }, async (manager) => {
      const equipment = await manager.find(Equipment, { where: { tenantId, ...which }, order: { path: 'ASC' } });
      const setups = await manager.findBy(LineSetup, {
        tenantId,
        equipmentId: In(equipment.map(({ equipmentId }) => equipmentId)),
      });
      return equipment.flatMap((one) => {
        const setup = setups.find(({ equipmentId }) => equipmentId === one.equipmentId);
        return setup ? [{ equipment: one, setup }] : [];
      });
    });
  }
}

import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { ShiftYield } from '../entities/index.js';

export interface ShiftRange {
  readonly from: Date;
  readonly to: Date;
}

/** Yields as people see them. `productId` 0 stands for all products. */
export class ShiftYieldReading {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Newest revision of each shift that starts in [from, to), newest shift first. With `asOf`: as known at that time. */
  shifts(
    tenant: TenantContext,
    equipmentId: number,
    { from, to }: ShiftRange,
    asOf: Date | null = null,
  ): Promise<ShiftYield[]> {
    return this.registry.inTenant(tenant, (manager) =>
      manager
        .createQueryBuilder(ShiftYield, 'y')
        .distinctOn(['y.shiftStart'])
        .where('y.tenantId = :tenantId and y.equipmentId = :equipmentId and y.productId = 0', {
          tenantId: tenant.tenantId,
          equipmentId,
        })
        .andWhere('y.shiftStart >= :from and y.shiftStart < :to', { from, to })
        .andWhere('(:asOf::timestamptz is null or y.computedAt <= :asOf)', { asOf })
        .orderBy('y.shiftStart', 'DESC')
        .addOrderBy('y.revision', 'DESC')
        .getMany(),
    );
  }

  /** All revisions of one shift, all products together, newest first. */
  revisions(tenant: TenantContext, equipmentId: number, shiftStart: Date): Promise<ShiftYield[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(ShiftYield, {
        where: { tenantId, equipmentId, shiftStart, productId: 0 },
        order: { revision: 'DESC' },
      }),
    );
  }

  /** Newest revision of each product of one shift. With `asOf`: as known at that time. */
  products(
    tenant: TenantContext,
    equipmentId: number,
    shiftStart: Date,
    asOf: Date | null = null,
  ): Promise<ShiftYield[]> {
    return this.registry.inTenant(tenant, (manager) =>
      manager
        .createQueryBuilder(ShiftYield, 'y')
        .distinctOn(['y.productId'])
        .where('y.tenantId = :tenantId and y.equipmentId = :equipmentId and y.productId > 0', {
          tenantId: tenant.tenantId,
          equipmentId,
        })
        .andWhere('y.shiftStart = :shiftStart', { shiftStart })
        .andWhere('(:asOf::timestamptz is null or y.computedAt <= :asOf)', { asOf })
        .orderBy('y.productId', 'ASC')
        .addOrderBy('y.revision', 'DESC')
        .getMany(),
    );
  }

  /** Newest revision of every shift of a production day at a site, all lines. */
  ofDay(tenant: TenantContext, equipmentIds: readonly number[], productionDay: string): Promise<ShiftYield[]> {
    if (equipmentIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) =>
      manager
        .createQueryBuilder(ShiftYield, 'y')
        .distinctOn(['y.equipmentId', 'y.shiftStart'])
        .where('y.tenantId = :tenantId and y.equipmentId in (:...equipmentIds) and y.productId = 0', {
          tenantId: tenant.tenantId,
          equipmentIds,
        })
        .andWhere('y.productionDay = :productionDay', { productionDay })
        .orderBy('y.equipmentId', 'ASC')
        .addOrderBy('y.shiftStart', 'ASC')
        .addOrderBy('y.revision', 'DESC')
        .getMany(),
    );
  }

  /** Revisions of all lines computed after a moment, oldest first: what a subscription tells. */
  computedSince(tenant: TenantContext, after: Date, first = 100): Promise<ShiftYield[]> {
    return this.registry.inTenant(tenant, (manager) =>
      manager
        .createQueryBuilder(ShiftYield, 'y')
        .where('y.tenantId = :tenantId and y.productId = 0 and y.computedAt > :after', {
          tenantId: tenant.tenantId,
          after,
        })
        .orderBy('y.computedAt', 'ASC')
        .take(first)
        .getMany(),
    );
  }
}

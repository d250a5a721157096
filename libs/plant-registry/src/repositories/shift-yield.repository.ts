import { isDeepStrictEqual } from 'node:util';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { ShiftYield } from '../entities/index.js';

/** The yield of one shift as computed now. `productId` 0 stands for all products. */
export type ShiftYieldResult = Omit<ShiftYield, 'tenantId' | 'revision' | 'restatementReason'>;

/** Keeps what was computed; used by insights. */
export class ShiftYieldRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /**
   * A new revision for each result whose elements or status differ from the newest one, in one transaction.
   * `reason` says why a final figure changed. Returns what was written.
   */
  record(tenant: TenantContext, results: readonly ShiftYieldResult[], reason: string): Promise<ShiftYield[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const written: ShiftYield[] = [];
      for (const result of results) {
        const { equipmentId, shiftStart, productId } = result;
        const [newest] = await manager.find(ShiftYield, {
          where: { tenantId, equipmentId, shiftStart, productId },
          order: { revision: 'DESC' },
          take: 1,
        });
        if (
          newest &&
          newest.status === result.status &&
          isDeepStrictEqual({ ...newest.elements }, { ...result.elements })
        )
          continue;
        const next = manager.create(ShiftYield, {
          ...result,
          tenantId,
          revision: (newest?.revision ?? 0) + 1,
          restatementReason: newest?.status === 'final' ? reason : null,
        });
        await manager.insert(ShiftYield, next);
        written.push(next);
      }
      return written;
    });
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { ShiftYield } from '../entities/index.js';

/** The yield of one shift as computed now. `productId` 0 stands for all products. */
export type ShiftYieldResult = Omit<ShiftYield, 'tenantId' | 'revision' | 'restatementReason'>;

const REVISION_MS = 300_000;
/** Shares that differ by less are the same. */
const SAME_SHARE = 1e-6;

/** Within the same five minutes of the clock: the running revision goes on. */
const isYoung = (newest: ShiftYield, result: ShiftYieldResult): boolean =>
  newest.status === 'provisional' &&
  result.status === 'provisional' &&
  Math.floor(newest.computedAt.getTime() / REVISION_MS) === Math.floor(result.computedAt.getTime() / REVISION_MS);

/** Keeps what was computed; used by insights. */
export class ShiftYieldRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /**
   * Keeps each result whose elements, completeness or status differ from the newest revision, in one transaction. A provisional revision is brought
   * up to date in place for five minutes, then a new one begins, so that "as it was known at" is right to five minutes.
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
          Math.abs(newest.completeness - result.completeness) < SAME_SHARE &&
          isDeepStrictEqual({ ...newest.elements }, { ...result.elements })
        )
          continue;
        if (newest && isYoung(newest, result)) {
          const { revision, restatementReason } = newest;
          const updated = manager.create(ShiftYield, { ...result, tenantId, revision, restatementReason });
          await manager.save(ShiftYield, updated);
          written.push(updated);
          continue;
        }
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

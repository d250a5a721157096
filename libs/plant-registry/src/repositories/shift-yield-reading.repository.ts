import { Between, In, LessThanOrEqual, MoreThan } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { ShiftYield } from '../entities/index.js';

export interface ShiftYieldRequest {
  /** Shifts that start in [from, to). */
  readonly from: Date;
  readonly to: Date;
  /** What was known at that time; absent: now. */
  readonly asOf?: Date | undefined;
}

/** One shift of one line: what holds, and what was said before. */
export interface ShiftYieldHistory {
  readonly current: ShiftYield;
  /** Newest first. */
  readonly earlier: readonly ShiftYield[];
  /** The same revision by product. */
  readonly products: readonly ShiftYield[];
}

const JUST_BEFORE_MS = 1;

/** Shift yields with their revisions. */
export class ShiftYieldReading {
  constructor(private readonly database: RegistryDatabase) {}

  /** Newest shift first. */
  async shifts(
    { tenantId }: TenantContext,
    equipmentIds: readonly number[],
    { from, to, asOf }: ShiftYieldRequest,
  ): Promise<ShiftYieldHistory[]> {
    const rows = await this.database.inTenant({ tenantId }, (manager) =>
      manager.find(ShiftYield, {
        where: {
          tenantId,
          equipmentId: In([...equipmentIds]),
          shiftStart: Between(from, new Date(to.getTime() - JUST_BEFORE_MS)),
          ...(asOf && { computedAt: LessThanOrEqual(asOf) }),
        },
        order: { shiftStart: 'DESC', equipmentId: 'ASC', revision: 'DESC' },
      }),
    );
    return groupByShift(rows);
  }

  /** The shift that runs at `now`, per line; lines without one are left out. */
  async running({ tenantId }: TenantContext, equipmentIds: readonly number[], now: Date): Promise<ShiftYieldHistory[]> {
    const rows = await this.database.inTenant({ tenantId }, (manager) =>
      manager.find(ShiftYield, {
        where: {
          tenantId,
          equipmentId: In([...equipmentIds]),
          shiftStart: LessThanOrEqual(now),
          shiftEnd: MoreThan(now),
        },
        order: { shiftStart: 'DESC', equipmentId: 'ASC', revision: 'DESC' },
      }),
    );
    return groupByShift(rows);
  }

  /** Revisions computed after a moment, all products, oldest first. */
  changedSince({ tenantId }: TenantContext, equipmentIds: readonly number[], after: Date): Promise<ShiftYield[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(ShiftYield, {
        where: { tenantId, equipmentId: In([...equipmentIds]), productId: 0, computedAt: MoreThan(after) },
        order: { computedAt: 'ASC' },
      }),
    );
  }
}

/** Rows of one shift share line and start; product 0 is the whole line. */
function groupByShift(rows: readonly ShiftYield[]): ShiftYieldHistory[] {
  const shifts = new Map<string, ShiftYield[]>();
  for (const row of rows) {
    const key = `${row.equipmentId} ${row.shiftStart.getTime()}`;
    shifts.set(key, [...(shifts.get(key) ?? []), row]);
  }
  return [...shifts.values()].flatMap((revisions) => {
    const whole = revisions.filter(({ productId }) => productId === 0);
    const [current, ...earlier] = whole;
    if (current === undefined) return [];
    const newestPerProduct = new Map<number, ShiftYield>();
    for (const row of revisions)
      if (row.productId !== 0 && !newestPerProduct.has(row.productId)) newestPerProduct.set(row.productId, row);
    return [{ current, earlier, products: [...newestPerProduct.values()] }];
  });
}

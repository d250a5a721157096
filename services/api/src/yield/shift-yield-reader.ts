import { Injectable } from '@nestjs/common';
import type { ProductionLine, ShiftYield as ShiftYieldRow } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { PlantData } from '../graphql/plant-data.js';
import { shiftYieldOf, type LineValue, type ShiftYieldFields } from './yield-mapping.js';

const DAY_MS = 86_400_000;

/** Shift yields of lines as people see them. */
@Injectable()
export class ShiftYieldReader {
  constructor(private readonly data: PlantData) {}

  /** Newest first. */
  async shifts(tenant: TenantContext, line: ProductionLine, range: { readonly from: Date; readonly to: Date }, asOf: Date | null): Promise<ShiftYieldFields[]> {
    const rows = await this.data.yields.shifts(tenant, line.equipment.equipmentId, range, asOf);
    return this.present(tenant, line, rows, asOf);
  }

  /** The shift that runs now; null between shifts or before anything is computed. */
  async current(tenant: TenantContext, line: ProductionLine, now: Date): Promise<ShiftYieldFields | null> {
    const recent = await this.shifts(tenant, line, { from: new Date(now.getTime() - DAY_MS), to: new Date(now.getTime() + 1) }, null);
    return recent.find(({ shift }) => shift.end > now) ?? null;
  }

  async present(tenant: TenantContext, line: ProductionLine, rows: readonly ShiftYieldRow[], asOf: Date | null): Promise<ShiftYieldFields[]> {
    const value = await this.valueOf(tenant, line);
    return rows.map((row) => shiftYieldOf(row, line, value, asOf));
  }

  private async valueOf(tenant: TenantContext, line: ProductionLine): Promise<LineValue> {
    const { siteId, equipmentId } = line.equipment;
    const [{ currency }, products, rates] = await Promise.all([
      this.data.sites.tenant(tenant),
      this.data.lines.products(tenant, siteId),
      this.data.lines.rates(tenant, equipmentId),
    ]);
    const made = new Set(rates.map(({ productId }) => productId));
    const values = products.flatMap(({ productId, unitValue }) => (made.has(productId) && unitValue !== null ? [unitValue] : []));
    return { unitValue: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length, currency };
  }
}

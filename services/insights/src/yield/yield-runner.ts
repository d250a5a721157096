import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '@telltale/tenancy';
import type { InsightRunner } from '../insight-runner.js';
import { InsightsPremises } from '../insights-premises.js';
import { readPlans, type LinePlan, type UnusableLine } from './line-calendar.js';
import { LineFollower } from './line-follower.js';

const PLANS_EVERY_MS = 30_000;

interface TenantRooms {
  plans: readonly LinePlan[];
  plansReadAtMs: number;
  readonly followers: Map<number, LineFollower>;
  /** Why a line can't be worked out, by line: told once. */
  readonly unusable: Map<number, string>;
}

/** The yield of every line of every tenant. One line in trouble does not stop the others. */
@Injectable()
export class YieldRunner implements InsightRunner {
  readonly name = 'yield';
  private readonly tenants = new Map<number, TenantRooms>();
  private readonly shifts;
  private readonly unusable;

  constructor(@Inject(InsightsPremises) private readonly premises: InsightsPremises) {
    this.shifts = premises.metrics.counter({ name: 'telltale_insights_yield_shifts_total', help: 'Shifts whose yield was worked out from their samples', labels: ['tenant'] });
    this.unusable = premises.metrics.gauge({ name: 'telltale_insights_yield_unusable_lines', help: 'Lines without yield because their set-up is not valid', labels: ['tenant'] });
  }

  async refresh(tenant: TenantContext): Promise<void> {
    const { plans, followers } = await this.roomsOf(tenant);
    const failures: unknown[] = [];
    const lines = plans.flatMap((plan) => {
      const follower = followers.get(plan.line.equipment.equipmentId);
      return follower ? [{ plan, follower }] : [];
    });
    if (lines.length === 0) return;
    const lookFromUs = await Promise.all(lines.map(({ follower }) => follower.begin()));
    const late = await this.premises.series.continuitySince(tenant, Math.min(...lookFromUs));
    for (const { plan, follower } of lines) {
      follower.notice(late, plan);
      await follower.refresh(plan).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private async roomsOf(tenant: TenantContext): Promise<TenantRooms> {
    const rooms = this.tenants.get(tenant.tenantId) ?? { plans: [], plansReadAtMs: -Infinity, followers: new Map<number, LineFollower>(), unusable: new Map<number, string>() };
    this.tenants.set(tenant.tenantId, rooms);
    if (performance.now() - rooms.plansReadAtMs < PLANS_EVERY_MS) return rooms;
    const { usable, unusable } = await readPlans(tenant, this.premises.planSources);
    rooms.plans = usable;
    rooms.plansReadAtMs = performance.now();
    for (const { line } of usable) {
      const { equipmentId } = line.equipment;
      if (!rooms.followers.has(equipmentId)) rooms.followers.set(equipmentId, new LineFollower(this.premises, tenant, equipmentId, () => this.shifts.inc({ tenant: String(tenant.tenantId) })));
    }
    this.tell(tenant, rooms, unusable);
    return rooms;
  }

  /** A change of state is logged once. */
  private tell(tenant: TenantContext, rooms: TenantRooms, unusable: readonly UnusableLine[]): void {
    for (const { line, reason } of unusable) {
      const { equipmentId, path, name } = line.equipment;
      if (rooms.unusable.get(equipmentId) === reason) continue;
      rooms.unusable.set(equipmentId, reason);
      this.premises.logger.warn({ ...tenant, line: path, reason }, `The set-up of line ${name} is not valid (${reason}): its yield waits until it is corrected.`);
    }
    for (const equipmentId of rooms.unusable.keys()) {
      if (unusable.some(({ line }) => line.equipment.equipmentId === equipmentId)) continue;
      rooms.unusable.delete(equipmentId);
      const plan = rooms.plans.find(({ line }) => line.equipment.equipmentId === equipmentId);
      if (plan) this.premises.logger.info({ ...tenant, line: plan.line.equipment.path }, `The set-up of line ${plan.line.equipment.name} is valid again.`);
    }
    this.unusable.set({ tenant: String(tenant.tenantId) }, unusable.length);
  }
}

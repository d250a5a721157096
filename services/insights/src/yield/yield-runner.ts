import { Inject, Injectable } from '@nestjs/common';
import type { Interval, ShiftInterval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import type { InsightRunner } from '../insight-runner.js';
import { InsightsPremises } from '../insights-premises.js';
import { readPlans, tagIdsOf, type LinePlan } from './line-calendar.js';
import { computeShift } from './shift-computation.js';

const DAY_US = 86_400_000_000;
const PLANS_EVERY_MS = 30_000;
/** Finished shifts of the last day are looked at anew this often: late batches need not announce themselves. */
const RECHECK_EVERY_MS = 60_000;
const RECHECK_US = DAY_US;

interface LineProgress {
  measuredUntilUs: TimeUs;
  computedAtMs: number;
  recheckedAtMs: number;
}

interface TenantProgress {
  plans: readonly LinePlan[];
  plansReadAtMs: number;
  /** Continuity entries recorded up to here have been looked at. */
  continuityUs: TimeUs;
  readonly lines: Map<number, LineProgress>;
}

/** Keeps the yield of every line and shift: each shift is worked out whole from its samples, so that late data needs no special way. */
@Injectable()
export class YieldRunner implements InsightRunner {
  readonly name = 'yield';
  private readonly tenants = new Map<number, TenantProgress>();

  constructor(@Inject(InsightsPremises) private readonly premises: InsightsPremises) {}

  async refresh(tenant: TenantContext): Promise<void> {
    const progress = await this.progressOf(tenant);
    const late = await this.lateStretches(tenant, progress);
    for (const plan of progress.plans) await this.refreshLine(tenant, plan, progress, late);
  }

  private async progressOf(tenant: TenantContext): Promise<TenantProgress> {
    const known = this.tenants.get(tenant.tenantId);
    if (known !== undefined && performance.now() - known.plansReadAtMs < PLANS_EVERY_MS) return known;
    const plans = await readPlans(tenant, this.premises.planSources);
    const progress: TenantProgress = { continuityUs: 0, lines: new Map(), ...known, plans, plansReadAtMs: performance.now() };
    this.tenants.set(tenant.tenantId, progress);
    return progress;
  }

  /** Stretches of time that came late or were declared missing since the last look, by tag. */
  private async lateStretches(tenant: TenantContext, progress: TenantProgress): Promise<ReadonlyMap<number, readonly Interval[]>> {
    const entries = await this.premises.series.continuitySince(tenant, progress.continuityUs);
    const late = new Map<number, Interval[]>();
    for (const { tagId, fromUs, toUs, recordedAtUs } of entries) {
      late.set(tagId, [...(late.get(tagId) ?? []), { startUs: fromUs, endUs: toUs }]);
      progress.continuityUs = Math.max(progress.continuityUs, recordedAtUs);
    }
    return late;
  }

  private async refreshLine(tenant: TenantContext, plan: LinePlan, progress: TenantProgress, late: ReadonlyMap<number, readonly Interval[]>): Promise<void> {
    const { equipmentId } = plan.line.equipment;
    const tagIds = tagIdsOf(plan.line);
    const newest = await this.premises.series.latest(tenant, tagIds);
    const measuredUntilUs = newest.reduce((time, { sourceTimeUs }) => Math.max(time, sourceTimeUs), 0);
    if (measuredUntilUs === 0) return;
    const nowMs = performance.now();
    const known = progress.lines.get(equipmentId) ?? { measuredUntilUs: 0, computedAtMs: -Infinity, recheckedAtMs: -Infinity };
    const shifts = new Map<TimeUs, ShiftInterval>();
    const want = (interval: Interval): void => {
      for (const shift of plan.calendar.shifts(interval)) if (shift.startUs < measuredUntilUs) shifts.set(shift.startUs, shift);
    };
    const moved = measuredUntilUs > known.measuredUntilUs;
    const due = nowMs - known.computedAtMs >= this.premises.settings.YIELD_REFRESH_SECONDS * 1000;
    if (moved && due) want({ startUs: Math.max(known.measuredUntilUs, measuredUntilUs - RECHECK_US), endUs: measuredUntilUs });
    const recheck = nowMs - known.recheckedAtMs >= RECHECK_EVERY_MS;
    if (recheck) want({ startUs: measuredUntilUs - RECHECK_US, endUs: measuredUntilUs });
    for (const tagId of tagIds) for (const stretch of late.get(tagId) ?? []) want(stretch);
    if (shifts.size === 0) return;
    await this.compute(tenant, plan, [...shifts.values()], measuredUntilUs);
    progress.lines.set(equipmentId, {
      measuredUntilUs: due || recheck ? measuredUntilUs : known.measuredUntilUs,
      computedAtMs: due || recheck ? nowMs : known.computedAtMs,
      recheckedAtMs: recheck ? nowMs : known.recheckedAtMs,
    });
  }

  private async compute(tenant: TenantContext, plan: LinePlan, shifts: readonly ShiftInterval[], measuredUntilUs: TimeUs): Promise<void> {
    for (const shift of shifts) {
      const results = await computeShift(this.premises.series, tenant, plan, shift, measuredUntilUs, new Date());
      await this.premises.repositories.shiftYields.record(tenant, results, 'Samples of this shift came after it was final.');
    }
  }
}

import { Injectable } from '@nestjs/common';
import {
  Alarm,
  AlarmJournal,
  AlarmRefusedError,
  type AlarmKind,
  type Detection,
  type InsightKind,
  PipeRun,
  RegistryDatabase,
  Tenant,
} from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { alarmText } from './alarm-text.js';

const KINDS: Readonly<Record<InsightKind, AlarmKind | null>> = {
  'steam-leak': 'leak',
  'sensor-suspect': 'sensor-suspect',
  // An explanation for the operator, nothing to act on.
  'segment-transient': null,
};

export type RaiserOutcome = 'raised' | 'refreshed' | 'cleared' | 'none';

/** Brings the alarm of one detection to where the detection is. Done twice or from two processes, it does nothing the second time. */
@Injectable()
export class AlarmRaiser {
  constructor(
    private readonly registry: RegistryDatabase,
    private readonly journal: AlarmJournal,
  ) {}

  async settle(tenant: TenantContext, detection: Detection, now: Date): Promise<RaiserOutcome> {
    const kind = KINDS[detection.insight];
    if (kind === null || detection.historical) return 'none';
    const { tenantId } = tenant;
    const { detectionId } = detection;
    const known = await this.registry.inTenant(tenant, (manager) =>
      manager.findOneBy(Alarm, { tenantId, detectionId }),
    );
    if (detection.state === 'open') return this.raise(tenant, detection, known, kind, now);
    return known?.condition === 'active' ? this.step(tenant, known, 'clear', now) : 'none';
  }

  /** Ends shelving and the other flags whose time is over. */
  async expireFlags(tenant: TenantContext, now: Date): Promise<void> {
    const due: { alarm_id: number }[] = await this.registry.inTenant(tenant, (manager) =>
      manager.query(
        `select alarm_id from registry.alarm
         where tenant_id = $1 and (shelved_until <= $2 or suppressed_until <= $2 or out_of_service_until <= $2) order by alarm_id`,
        [tenant.tenantId, now],
      ),
    );
    for (const { alarm_id: alarmId } of due) {
      await unlessDoneAlready(() =>
        this.journal.apply(tenant, alarmId, { kind: 'expire', atUs: now.getTime() * 1000, by: null }),
      );
    }
  }

  private async raise(
    tenant: TenantContext,
    detection: Detection,
    known: Alarm | null,
    kind: AlarmKind,
    now: Date,
  ): Promise<RaiserOutcome> {
    const { siteId, detectionId, positionM, lossKgPerHour, updatedAt } = detection;
    const content = { ...(await this.textOf(tenant, detection)), positionM, lossKgPerHour };
    if (known === null) {
      const raised = await this.journal.raise(tenant, { siteId, detectionId, kind, ...content }, now.getTime() * 1000);
      return raised === null ? 'none' : 'raised';
    }
    // The next look must find the alarm no older than the detection, whatever the clocks of two machines say.
    const refinedAt = now > updatedAt ? now : updatedAt;
    await this.journal.refine(tenant, known.alarmId, content, refinedAt.getTime() * 1000);
    return known.condition === 'active' ? 'refreshed' : this.step(tenant, known, 'raise', now);
  }

  private async step(
    tenant: TenantContext,
    { alarmId }: Alarm,
    kind: 'raise' | 'clear',
    now: Date,
  ): Promise<RaiserOutcome> {
    const done = await unlessDoneAlready(() =>
      this.journal.apply(tenant, alarmId, { kind, atUs: now.getTime() * 1000, by: null }),
    );
    if (!done) return 'none';
    return kind === 'raise' ? 'raised' : 'cleared';
  }

  private textOf({ tenantId }: TenantContext, detection: Detection) {
    return this.registry.inTenant({ tenantId }, async (manager) => {
      const run = await manager.findOneBy(PipeRun, { tenantId, pipeRunId: detection.subjectId });
      const tenant = await manager.findOneByOrFail(Tenant, { tenantId });
      return alarmText({ detection, run, tenant });
    });
  }
}

/** False when somebody else was faster: the state machine refuses the second step. */
async function unlessDoneAlready(step: () => Promise<unknown>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    if (error instanceof AlarmRefusedError) return false;
    throw error;
  }
}

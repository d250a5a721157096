import { Injectable } from '@nestjs/common';
import {
  Alarm,
  AlarmJournal,
  type AlarmKind,
  type Detection,
  type InsightKind,
  PipeRun,
  RegistryDatabase,
  Tenant,
} from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { type AlarmSays, RepairVerifier } from '../repairs/repair-verifier.js';
import { unlessDoneAlready } from '../unless-done-already.js';
import { alarmText } from './alarm-text.js';

const KINDS: Readonly<Record<InsightKind, AlarmKind | null>> = {
  'steam-leak': 'leak',
  'sensor-suspect': 'sensor-suspect',
  // An explanation for the operator, nothing to act on.
  'segment-transient': null,
};

/** The steps that were taken, oldest first. */
export type RaiserOutcome = readonly ('raised' | 'cleared' | 'reopened')[];

/** Brings the alarm of one detection to where the detection is. Done twice or from two processes, it does nothing the second time. */
@Injectable()
export class AlarmRaiser {
  constructor(
    private readonly registry: RegistryDatabase,
    private readonly journal: AlarmJournal,
    private readonly repairs: RepairVerifier,
  ) {}

  async settle(tenant: TenantContext, detection: Detection, now: Date): Promise<RaiserOutcome> {
    const kind = KINDS[detection.insight];
    if (kind === null || detection.historical) return [];
    const { tenantId } = tenant;
    const { detectionId } = detection;
    const known = await this.registry.inTenant(tenant, (manager) =>
      manager.findOneBy(Alarm, { tenantId, detectionId }),
    );
    const begun = known === null ? await this.begin(tenant, detection, kind, now) : [];
    if (detection.state === 'open') return known === null ? begun : this.refresh(tenant, detection, known, now);
    // Opened and closed before anybody looked: it is raised all the same, and cleared at once.
    const alarmId = known?.alarmId ?? (await this.alarmOf(tenant, detectionId));
    const cleared = alarmId === undefined ? [] : await this.step(tenant, alarmId, 'clear', now);
    return [...begun, ...cleared];
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

  /** A leak that comes back after its repair re-opens its alarm; everything else gets one of its own. */
  private async begin(tenant: TenantContext, detection: Detection, kind: AlarmKind, now: Date): Promise<RaiserOutcome> {
    const { siteId, detectionId } = detection;
    const content = await this.contentOf(tenant, detection);
    if (await this.repairs.reopenFor(tenant, detection, content, now)) return ['reopened'];
    const raised = await this.journal.raise(tenant, { siteId, detectionId, kind, ...content }, now.getTime() * 1000);
    return raised === null ? [] : ['raised'];
  }

  private async refresh(tenant: TenantContext, detection: Detection, known: Alarm, now: Date): Promise<RaiserOutcome> {
    const { updatedAt } = detection;
    // The next look must find the alarm no older than the detection, whatever the clocks of two machines say.
    const refinedAt = now > updatedAt ? now : updatedAt;
    const content = await this.contentOf(tenant, detection);
    await this.journal.refine(tenant, known.alarmId, content, refinedAt.getTime() * 1000);
    return known.condition === 'active' ? [] : this.step(tenant, known.alarmId, 'raise', now);
  }

  private async step(
    tenant: TenantContext,
    alarmId: number,
    kind: 'raise' | 'clear',
    now: Date,
  ): Promise<RaiserOutcome> {
    const done = await unlessDoneAlready(() =>
      this.journal.apply(tenant, alarmId, { kind, atUs: now.getTime() * 1000, by: null }),
    );
    if (!done) return [];
    return kind === 'raise' ? ['raised'] : ['cleared'];
  }

  private async alarmOf({ tenantId }: TenantContext, detectionId: number): Promise<number | undefined> {
    const found = await this.registry.inTenant({ tenantId }, (manager) =>
      manager.findOneBy(Alarm, { tenantId, detectionId }),
    );
    return found?.alarmId;
  }

  private async contentOf(tenant: TenantContext, detection: Detection): Promise<AlarmSays> {
    const { positionM, lossKgPerHour } = detection;
    return { ...(await this.textOf(tenant, detection)), positionM, lossKgPerHour };
  }

  private textOf({ tenantId }: TenantContext, detection: Detection) {
    return this.registry.inTenant({ tenantId }, async (manager) => {
      const run = await manager.findOneBy(PipeRun, { tenantId, pipeRunId: detection.subjectId });
      const tenant = await manager.findOneByOrFail(Tenant, { tenantId });
      return alarmText({ detection, run, tenant });
    });
  }
}

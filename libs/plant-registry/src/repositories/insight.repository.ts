import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Alarm, Detection, InsightCheckpoint, type InsightKind } from '../entities/index.js';

/** A detection as an insight knows it; the registry adds id and revision. */
export type DetectionFinding = Omit<Detection, 'tenantId' | 'detectionId' | 'revision' | 'updatedAt'>;
export type CheckpointContent = Pick<InsightCheckpoint, 'insight' | 'subjectId' | 'processedThrough' | 'state'>;

/** What insights found, and how far they are. */
export class InsightRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  checkpoint(tenant: TenantContext, insight: string, subjectId: number): Promise<InsightCheckpoint | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.findOneBy(InsightCheckpoint, { tenantId, insight, subjectId }),
    );
  }

  /** Detections and checkpoint in one transaction: after a crash neither is ahead of the other. Returns the detections that changed. */
  advance(
    tenant: TenantContext,
    checkpoint: CheckpointContent,
    findings: readonly DetectionFinding[],
    now: Date,
  ): Promise<Detection[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const changed: Detection[] = [];
      for (const finding of findings) {
        const known = await manager.findOne(Detection, {
          where: { tenantId, incidentKey: finding.incidentKey },
          lock: { mode: 'pessimistic_write' },
        });
        const next = known ?? manager.create(Detection);
        Object.assign(next, finding, { tenantId, revision: (known?.revision ?? 0) + 1, updatedAt: now });
        changed.push(await manager.save(next));
      }
      await manager.query(
        `insert into registry.insight_checkpoint (tenant_id, insight, subject_id, processed_through, state, updated_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, insight, subject_id) do update
           set processed_through = excluded.processed_through, state = excluded.state, updated_at = excluded.updated_at`,
        [
          tenantId,
          checkpoint.insight,
          checkpoint.subjectId,
          checkpoint.processedThrough,
          JSON.stringify(checkpoint.state),
          now,
        ],
      );
      return changed;
    });
  }

  /** Oldest first; without `insight` of every kind. */
  open(tenant: TenantContext, insight?: InsightKind): Promise<Detection[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Detection, {
        where: { tenantId, state: 'open', ...(insight ? { insight } : {}) },
        order: { detectionId: 'ASC' },
      }),
    );
  }

  /**
   * The work of the alarms service: open detections without an alarm as new as they are, closed ones whose alarm is active,
   * and those that opened and closed before anybody looked.
   */
  awaitingAlarm(tenant: TenantContext): Promise<Detection[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager
        .createQueryBuilder(Detection, 'd')
        .leftJoin(Alarm, 'a', 'a.tenantId = d.tenantId and a.detectionId = d.detectionId')
        .where(`d.tenantId = :tenantId and not d.historical and d.insight <> 'segment-transient'`, { tenantId })
        .andWhere(
          `(a.alarmId is null or (d.state = 'open' and a.updatedAt < d.updatedAt) or (d.state = 'closed' and a.condition = 'active'))`,
        )
        .andWhere(
          'd.detectionId not in (select unnest(earlier.earlier_detection_ids) from registry.alarm earlier where earlier.tenant_id = :tenantId)',
        )
        .orderBy('d.detectionId', 'ASC')
        .getMany(),
    );
  }
}

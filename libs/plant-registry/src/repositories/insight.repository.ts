import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Detection, InsightCheckpoint, type InsightKind } from '../entities/index.js';

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

  /** Detections that have no alarm yet or whose alarm is older than they are: the work of the alarms service. */
  awaitingAlarm(tenant: TenantContext): Promise<Detection[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager
        .createQueryBuilder(Detection, 'd')
        .where('d.tenantId = :tenantId and not d.historical', { tenantId })
        .andWhere(
          `(case d.state
              when 'open' then not exists (select from registry.alarm a where a.tenant_id = d.tenant_id and a.detection_id = d.detection_id and a.updated_at >= d.updated_at)
              else exists (select from registry.alarm a where a.tenant_id = d.tenant_id and a.detection_id = d.detection_id and a.condition = 'active')
            end)`,
        )
        .orderBy('d.detectionId', 'ASC')
        .getMany(),
    );
  }
}

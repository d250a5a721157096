import { In, IsNull, MoreThan, Or } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Alarm, Detection, InsightCheckpoint, PipeSensor } from '../entities/index.js';

/** What the leak detection saw at the place of a reported repair. */
export interface RepairEvidence {
  /** The newest one of the alarm's leak. */
  readonly own: Detection;
  /** Every leak of the run that was there at some time since the repair, the own one among them. */
  readonly leaks: readonly Detection[];
  /** Transients, suspect sensors and silence of the run since the repair. */
  readonly disturbances: readonly Detection[];
  readonly sensorPositionsM: readonly number[];
  /** Until when the run was looked at; `null` before the first look. */
  readonly watchedUntil: Date | null;
}

/** Repairs that wait for their proof. */
export class RepairReading {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Leak alarms in the phase `repaired`, oldest first; of one run only with `pipeRunId`. */
  repaired(tenant: TenantContext, pipeRunId?: number): Promise<{ alarm: Alarm; own: Detection }[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const alarms = await manager.find(Alarm, {
        where: { tenantId, leakPhase: 'repaired' },
        order: { alarmId: 'ASC' },
      });
      if (alarms.length === 0) return [];
      const ids = alarms.flatMap(({ detectionId }) => detectionId ?? []);
      const found = await manager.findBy(Detection, { tenantId, detectionId: In(ids) });
      const byId = new Map(found.map((detection) => [detection.detectionId, detection]));
      return alarms.flatMap((alarm) => {
        const own = alarm.detectionId === null ? undefined : byId.get(alarm.detectionId);
        return own && (pipeRunId === undefined || own.subjectId === pipeRunId) ? [{ alarm, own }] : [];
      });
    });
  }

  evidence(tenant: TenantContext, own: Detection, repairedAt: Date): Promise<RepairEvidence> {
    const { tenantId } = tenant;
    const { subjectId } = own;
    return this.registry.inTenant(tenant, async (manager) => {
      const since = await manager.find(Detection, {
        where: { tenantId, subjectId, closedAt: Or(IsNull(), MoreThan(repairedAt)) },
        order: { detectionId: 'ASC' },
      });
      const alarms = await manager.find(Alarm, {
        select: { alarmId: true, detectionId: true },
        where: { tenantId, detectionId: In(since.map(({ detectionId }) => detectionId)) },
      });
      const alarmed = new Set(alarms.map(({ detectionId }) => detectionId));
      const checkpoint = await manager.findOne(InsightCheckpoint, {
        select: { tenantId: true, insight: true, subjectId: true, processedThrough: true },
        where: { tenantId, insight: 'steam-leak', subjectId },
      });
      const sensors = await manager.findBy(PipeSensor, { tenantId, pipeRunId: subjectId });
      return {
        own,
        // One that waits for its alarm may be this leak come back: that is decided there.
        leaks: since.filter(
          ({ insight, historical, detectionId }) =>
            insight === 'steam-leak' && (historical || alarmed.has(detectionId)),
        ),
        disturbances: since.filter(({ insight }) => insight !== 'steam-leak'),
        sensorPositionsM: sensors.map(({ positionM }) => positionM),
        watchedUntil: checkpoint?.processedThrough ?? null,
      };
    });
  }
}

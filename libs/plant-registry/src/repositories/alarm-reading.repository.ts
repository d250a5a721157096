import { In, MoreThan, Not } from 'typeorm';
import type { AlarmState } from '@telltale/alarm-lifecycle';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Alarm, AlarmTransitionRecord, Detection, UserAccount, type AlarmKind } from '../entities/index.js';

export interface AlarmRequest {
  readonly kind?: AlarmKind;
  /** Absent: all but `normal`. */
  readonly states?: readonly AlarmState[] | undefined;
  readonly first: number;
}

/** Alarms, their journal and the detections behind them. */
export class AlarmReading {
  constructor(private readonly database: RegistryDatabase) {}

  /** Most urgent first, then newest. */
  ofSite({ tenantId }: TenantContext, siteId: number, { kind, states, first }: AlarmRequest): Promise<Alarm[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Alarm, {
        where: { tenantId, siteId, state: states ? In([...states]) : Not('normal'), ...(kind && { kind }) },
        order: { priority: 'ASC', raisedAt: 'DESC' },
        take: first,
      }),
    );
  }

  /** Leak alarms of a site, newest first, whatever their state. */
  leaks({ tenantId }: TenantContext, siteId: number, first: number): Promise<Alarm[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Alarm, { where: { tenantId, siteId, kind: 'leak' }, order: { raisedAt: 'DESC' }, take: first }),
    );
  }

  alarm({ tenantId }: TenantContext, alarmId: number): Promise<Alarm | null> {
    return this.database.inTenant({ tenantId }, (manager) => manager.findOneBy(Alarm, { tenantId, alarmId }));
  }

  changedSince({ tenantId }: TenantContext, siteId: number, after: Date): Promise<Alarm[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(Alarm, { where: { tenantId, siteId, updatedAt: MoreThan(after) }, order: { updatedAt: 'ASC' } }),
    );
  }

  detections({ tenantId }: TenantContext, detectionIds: readonly number[]): Promise<Detection[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.findBy(Detection, { tenantId, detectionId: In([...detectionIds]) }),
    );
  }

  /** Oldest first. */
  transitions({ tenantId }: TenantContext, alarmIds: readonly number[]): Promise<AlarmTransitionRecord[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(AlarmTransitionRecord, {
        where: { tenantId, alarmId: In([...alarmIds]) },
        order: { transitionId: 'ASC' },
      }),
    );
  }

  /** Names of people; without `userIds` of everybody who may sign in. */
  people(
    { tenantId }: TenantContext,
    userIds?: readonly number[],
  ): Promise<Pick<UserAccount, 'userId' | 'name' | 'disabledAt'>[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(UserAccount, {
        where: { tenantId, ...(userIds && { userId: In([...userIds]) }) },
        select: { userId: true, name: true, disabledAt: true },
        order: { name: 'ASC' },
      }),
    );
  }
}

import { In } from 'typeorm';
import type { AlarmState } from '@telltale/alarm-lifecycle';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Alarm, AlarmTransitionRecord, Detection, UserAccount, type AlarmKind } from '../entities/index.js';

export interface AlarmQuery {
  /** Absent: all but normal. */
  readonly states?: readonly AlarmState[] | undefined;
  readonly kind?: AlarmKind | undefined;
  readonly first: number;
}

/** Someone who can be named beside an alarm. */
export type Person = Pick<UserAccount, 'userId' | 'name' | 'email' | 'role' | 'disabledAt'>;

/** Alarms as people see them. */
export class AlarmReading {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Of a site, most urgent first, then newest. */
  ofSite(tenant: TenantContext, siteId: number, { states, kind, first }: AlarmQuery): Promise<Alarm[]> {
    return this.registry.inTenant(tenant, (manager) => {
      const found = manager
        .createQueryBuilder(Alarm, 'a')
        .where('a.tenantId = :tenantId and a.siteId = :siteId', { tenantId: tenant.tenantId, siteId });
      if (states === undefined) found.andWhere(`a.state <> 'normal'`);
      else found.andWhere('a.state = any(:states)', { states: [...states] });
      if (kind !== undefined) found.andWhere('a.kind = :kind', { kind });
      return found.orderBy('a.priority', 'ASC').addOrderBy('a.alarmId', 'DESC').take(first).getMany();
    });
  }

  /** Every leak alert of a site, highest loss per hour first; its state needs the detection, see `detections`. */
  leaks(tenant: TenantContext, siteId: number, first: number): Promise<Alarm[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Alarm, {
        where: { tenantId, siteId, kind: 'leak' },
        order: { lossKgPerHour: { direction: 'DESC', nulls: 'LAST' }, alarmId: 'DESC' },
        take: first,
      }),
    );
  }

  alarm(tenant: TenantContext, alarmId: number): Promise<Alarm | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.findOneBy(Alarm, { tenantId, alarmId }));
  }

  ofDetections(tenant: TenantContext, detectionIds: readonly number[]): Promise<Alarm[]> {
    const { tenantId } = tenant;
    if (detectionIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) =>
      manager.findBy(Alarm, { tenantId, detectionId: In([...detectionIds]) }),
    );
  }

  /** Alarms changed after a moment, oldest change first: what a subscription tells. */
  changedSince(tenant: TenantContext, siteId: number, after: Date, first = 100): Promise<Alarm[]> {
    return this.registry.inTenant(tenant, (manager) =>
      manager
        .createQueryBuilder(Alarm, 'a')
        .where('a.tenantId = :tenantId and a.siteId = :siteId and a.updatedAt > :after', {
          tenantId: tenant.tenantId,
          siteId,
          after,
        })
        .orderBy('a.updatedAt', 'ASC')
        .take(first)
        .getMany(),
    );
  }

  detections(tenant: TenantContext, detectionIds: readonly number[]): Promise<Detection[]> {
    const { tenantId } = tenant;
    if (detectionIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) =>
      manager.findBy(Detection, { tenantId, detectionId: In([...detectionIds]) }),
    );
  }

  /** Journal entries of the alarms, each alarm's oldest first. */
  transitions(tenant: TenantContext, alarmIds: readonly number[]): Promise<AlarmTransitionRecord[]> {
    const { tenantId } = tenant;
    if (alarmIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(AlarmTransitionRecord, {
        where: { tenantId, alarmId: In([...alarmIds]) },
        order: { transitionId: 'ASC' },
      }),
    );
  }

  /** By name; without ids everybody. */
  people(tenant: TenantContext, userIds?: readonly number[]): Promise<Person[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(UserAccount, {
        select: { userId: true, name: true, email: true, role: true, disabledAt: true },
        where: { tenantId, ...(userIds ? { userId: In([...userIds]) } : {}) },
        order: { name: 'ASC' },
      }),
    );
  }
}

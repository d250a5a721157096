import type { AlarmEvent, LeakOutcome } from '@telltale/alarm-lifecycle';
import type { TenantContext } from '@telltale/tenancy';
import type { EntityManager } from 'typeorm';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Alarm, UserAccount } from '../entities/index.js';
import { applyToAlarm, writeTransition } from './alarm-journal.js';

/** What a person does to an alarm. */
export type AlarmAction =
  | { readonly kind: 'acknowledge'; readonly comment: string | null }
  | { readonly kind: 'assign'; readonly assigneeUserId: number | null; readonly comment: string | null }
  | { readonly kind: 'comment'; readonly comment: string }
  | { readonly kind: 'shelve'; readonly until: Date; readonly reason: string }
  | { readonly kind: 'unshelve' }
  | { readonly kind: 'set-outcome'; readonly finding: LeakOutcome; readonly comment: string | null }
  | { readonly kind: 'mark-repaired'; readonly comment: string | null };

export type AlarmActionOutcome =
  | { readonly kind: 'applied'; readonly alarm: Alarm }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface AlarmActor {
  readonly userId: number;
  readonly at: Date;
}

const refused = (code: string, message: string): AlarmActionOutcome => ({ kind: 'refused', code, message });

/** The only way by which people change alarms: one transaction with the journal entry. */
export class AlarmActions {
  constructor(private readonly database: RegistryDatabase) {}

  act(tenant: TenantContext, alarmId: number, action: AlarmAction, actor: AlarmActor): Promise<AlarmActionOutcome> {
    return this.database.inTenant(tenant, async (manager) => {
      const alarm = await manager.findOne(Alarm, {
        where: { tenantId: tenant.tenantId, alarmId },
        lock: { mode: 'pessimistic_write' },
      });
      return alarm === null ? { kind: 'unknown' } : this.apply(manager, alarm, action, actor);
    });
  }

  private async apply(
    manager: EntityManager,
    alarm: Alarm,
    action: AlarmAction,
    actor: AlarmActor,
  ): Promise<AlarmActionOutcome> {
    switch (action.kind) {
      case 'acknowledge':
        return this.event(manager, alarm, { kind: 'acknowledge', ...happening(actor, action.comment) });
      case 'shelve':
        return this.event(manager, alarm, {
          kind: 'shelve',
          untilUs: action.until.getTime() * 1000,
          reason: action.reason,
          ...happening(actor, null),
        });
      case 'unshelve':
        return this.event(manager, alarm, { kind: 'unshelve', ...happening(actor, null) });
      case 'comment':
        if (action.comment.trim() === '') return refused('ALARM_COMMENT_EMPTY', 'A comment has no words. Write some.');
        return this.note(manager, alarm, actor, 'comment', action.comment, {});
      case 'assign':
        return this.assign(manager, alarm, action.assigneeUserId, action.comment, actor);
      case 'set-outcome':
        return this.setOutcome(manager, alarm, action.finding, action.comment, actor);
      case 'mark-repaired':
        return this.markRepaired(manager, alarm, action.comment, actor);
    }
  }

  private async event(manager: EntityManager, alarm: Alarm, event: AlarmEvent): Promise<AlarmActionOutcome> {
    const refusal = await applyToAlarm(manager, alarm, event);
    return refusal === null ? { kind: 'applied', alarm } : { kind: 'refused', ...refusal };
  }

  private async assign(
    manager: EntityManager,
    alarm: Alarm,
    assigneeUserId: number | null,
    comment: string | null,
    actor: AlarmActor,
  ): Promise<AlarmActionOutcome> {
    if (assigneeUserId === null)
      return this.note(manager, alarm, actor, 'unassign', comment, { assigneeUserId: null, assignedAt: null });
    const person = await manager.findOneBy(UserAccount, { tenantId: alarm.tenantId, userId: assigneeUserId });
    if (person === null || person.disabledAt !== null)
      return refused('ALARM_ASSIGNEE_UNKNOWN', 'There is no such person. Choose somebody from the list.');
    return this.note(manager, alarm, actor, 'assign', comment ?? `to ${person.name}`, {
      assigneeUserId,
      assignedAt: actor.at,
    });
  }

  private async setOutcome(
    manager: EntityManager,
    alarm: Alarm,
    finding: LeakOutcome,
    comment: string | null,
    actor: AlarmActor,
  ): Promise<AlarmActionOutcome> {
    if (alarm.kind !== 'leak') return refused('ALARM_NOT_A_LEAK', 'An outcome is recorded for leak alerts only.');
    if (alarm.repairedAt !== null)
      return refused('LEAK_WORK_IS_DONE', 'The leak was repaired already. Its outcome stays.');
    if (alarm.acknowledgedAt === null)
      return refused('LEAK_NOT_ACKNOWLEDGED', 'Nobody has acknowledged the alert. Acknowledge it first.');
    return this.note(manager, alarm, actor, finding, comment, { outcome: finding, outcomeAt: actor.at });
  }

  private async markRepaired(
    manager: EntityManager,
    alarm: Alarm,
    comment: string | null,
    actor: AlarmActor,
  ): Promise<AlarmActionOutcome> {
    if (alarm.outcome !== 'confirmed')
      return refused('LEAK_NOTHING_TO_REPAIR', 'The leak is not confirmed. Record what was found first.');
    if (alarm.repairedAt !== null) return refused('LEAK_WORK_IS_DONE', 'The leak was marked repaired already.');
    return this.note(manager, alarm, actor, 'repaired', comment, { repairedAt: actor.at });
  }

  private async note(
    manager: EntityManager,
    alarm: Alarm,
    actor: AlarmActor,
    transition: string,
    comment: string | null,
    change: Partial<Alarm>,
  ): Promise<AlarmActionOutcome> {
    Object.assign(alarm, change, { updatedAt: actor.at });
    await manager.save(Alarm, alarm);
    await writeTransition(manager, alarm, {
      transition,
      fromState: alarm.state,
      toState: alarm.state,
      at: actor.at,
      userId: actor.userId,
      comment,
    });
    return { kind: 'applied', alarm };
  }
}

const happening = (
  { userId, at }: AlarmActor,
  comment: string | null,
): { atUs: number; by: number; comment?: string } => ({
  atUs: at.getTime() * 1000,
  by: userId,
  ...(comment !== null && { comment }),
});

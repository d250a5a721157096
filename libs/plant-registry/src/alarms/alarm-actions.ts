import type { LeakOutcome } from '@telltale/alarm-lifecycle';
import type { TenantContext } from '@telltale/tenancy';
import type { Alarm } from '../entities/index.js';
import { appendAudit } from '../repositories/audit.repository.js';
import { within, type RegistryDatabase } from '../database/registry-database.js';
import { AlarmJournal, type AlarmChange } from './alarm-journal.js';
import { usOf } from './alarm-row.js';
import { AlarmRefusedError, AlarmUnknownError } from './alarm.errors.js';

/** What a person does with an alarm. */
export type AlarmAction =
  | { readonly kind: 'acknowledge' | 'mark-repaired'; readonly comment: string | null }
  | { readonly kind: 'assign'; readonly assigneeUserId: number | null; readonly comment: string | null }
  | { readonly kind: 'comment'; readonly comment: string }
  | { readonly kind: 'shelve'; readonly until: Date; readonly reason: string }
  | { readonly kind: 'unshelve' }
  | { readonly kind: 'set-outcome'; readonly finding: LeakOutcome; readonly comment: string | null };

export type AlarmActionOutcome =
  | { readonly kind: 'applied'; readonly alarm: Alarm }
  /** `message` is one sentence with the remedy. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown' };

export interface Actor {
  readonly userId: number;
  readonly at: Date;
}

/** Steps of people, through the state machines. Who may do what is decided before. A step and its audit entry are one transaction. */
export class AlarmActions {
  constructor(private readonly registry: RegistryDatabase) {}

  async act(tenant: TenantContext, alarmId: number, action: AlarmAction, actor: Actor): Promise<AlarmActionOutcome> {
    try {
      return await this.registry.inTenant(tenant, async (manager) => {
        const { alarm } = await this.apply(new AlarmJournal(within(manager)), tenant, alarmId, action, actor);
        const fact = {
          actorKind: 'user',
          actorId: actor.userId,
          action: `alarm ${action.kind}`,
          subject: `alarm ${alarmId}`,
          detail: {},
        } as const;
        await appendAudit(manager, tenant, fact, actor.at);
        return { kind: 'applied', alarm };
      });
    } catch (error) {
      if (error instanceof AlarmUnknownError) return { kind: 'unknown' };
      if (error instanceof AlarmRefusedError) return { kind: 'refused', code: error.code, message: error.message };
      throw error;
    }
  }

  private apply(
    journal: AlarmJournal,
    tenant: TenantContext,
    alarmId: number,
    action: AlarmAction,
    { userId: by, at }: Actor,
  ): Promise<AlarmChange> {
    const atUs = usOf(at);
    switch (action.kind) {
      case 'acknowledge':
        return journal.apply(tenant, alarmId, { kind: 'acknowledge', atUs, by, ...remark(action.comment) });
      case 'unshelve':
        return journal.apply(tenant, alarmId, { kind: 'unshelve', atUs, by });
      case 'shelve':
        return journal.apply(tenant, alarmId, {
          kind: 'shelve',
          atUs,
          by,
          untilUs: usOf(action.until),
          reason: action.reason,
        });
      case 'comment':
        return journal.comment(tenant, alarmId, { atUs, by, comment: action.comment });
      case 'assign':
        return journal.assign(tenant, alarmId, action.assigneeUserId, { atUs, by, comment: action.comment });
      case 'set-outcome':
        return journal.applyLeak(tenant, alarmId, {
          kind: 'classify',
          atUs,
          by,
          outcome: action.finding,
          ...remark(action.comment),
        });
      case 'mark-repaired':
        return journal.applyLeak(tenant, alarmId, { kind: 'repair', atUs, by, ...remark(action.comment) });
    }
  }
}

const remark = (comment: string | null): { comment?: string } => (comment === null ? {} : { comment });

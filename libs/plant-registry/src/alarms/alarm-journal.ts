import { ArrayContains, IsNull, type EntityManager } from 'typeorm';
import {
  applyAlarmEvent,
  applyLeakEvent,
  newAlarm,
  newLeakAlert,
  type AlarmEvent,
  type LeakEvent,
} from '@telltale/alarm-lifecycle';
import type { TenantContext } from '@telltale/tenancy';
import type { TenantTransactions } from '../database/registry-database.js';
import { Alarm, AlarmTransitionRecord, UserAccount } from '../entities/index.js';
import { alarmRecordOf, keepAlarmRecord, keepLeakAlert, leakAlertOf, timeOf } from './alarm-row.js';
import { AlarmRefusedError, AlarmUnknownError } from './alarm.errors.js';

/** What an alarm says; the state machine fills in the rest. */
export type AlarmContent = Pick<
  Alarm,
  | 'siteId'
  | 'detectionId'
  | 'kind'
  | 'title'
  | 'priority'
  | 'cause'
  | 'consequence'
  | 'action'
  | 'positionM'
  | 'lossKgPerHour'
>;
/** What may be told anew while the alarm lives. */
export type AlarmRefinement = Partial<
  Pick<Alarm, 'title' | 'priority' | 'cause' | 'consequence' | 'action' | 'positionM' | 'lossKgPerHour'>
>;

/** The detection in which a repaired leak showed again, and what the alarm says of it. */
export type SeenAgain = AlarmRefinement & { readonly detectionId: number };

export interface AlarmChange {
  readonly alarm: Alarm;
  /** Oldest first. */
  readonly transitions: readonly AlarmTransitionRecord[];
}

interface Remark {
  readonly atUs: number;
  readonly by: number;
  readonly comment: string;
}

/** The only writer of alarms: every step goes through the state machines and leaves a journal entry, in one transaction. */
export class AlarmJournal {
  constructor(private readonly registry: TenantTransactions) {}

  /**
   * Raises the alarm of a detection; `null` when that detection has or had one already, however often and from wherever it is called.
   * A leak's alarm also starts the work on the leak.
   */
  raise(tenant: TenantContext, content: AlarmContent, atUs: number): Promise<AlarmChange | null> {
    const { tenantId } = tenant;
    const { detectionId } = content;
    return this.registry.inTenant(tenant, async (manager) => {
      // Another process may have gone on with a later detection of the same leak meanwhile.
      if (
        detectionId !== null &&
        (await manager.existsBy(Alarm, { tenantId, earlierDetectionIds: ArrayContains([detectionId]) }))
      )
        return null;
      const outcome = applyAlarmEvent(newAlarm(), { kind: 'raise', atUs, by: null });
      if (outcome.kind === 'refused') throw new AlarmRefusedError(outcome.refusal.code, outcome.refusal.message);
      const row = manager.create(Alarm, {
        ...content,
        tenantId,
        updatedAt: timeOf(atUs),
        earlierDetectionIds: [],
        reopened: 0,
        leakPhase: null,
        assigneeUserId: null,
        outcome: null,
      });
      keepAlarmRecord(row, outcome.alarm);
      if (content.kind === 'leak') keepLeakAlert(row, newLeakAlert(), timeOf(atUs));
      const inserted = await manager
        .createQueryBuilder()
        .insert()
        .into(Alarm)
        .values(row)
        .orIgnore()
        .returning('alarm_id')
        .execute();
      const written: { alarm_id: number }[] = inserted.raw;
      const [first] = written;
      if (!first) return null;
      row.alarmId = first.alarm_id;
      return { alarm: row, transitions: await journal(manager, row, outcome.transitions) };
    });
  }

  /** One step of the ISA-18.2 state machine. Throws AlarmRefusedError where the state does not allow it. */
  apply(tenant: TenantContext, alarmId: number, event: AlarmEvent): Promise<AlarmChange> {
    return this.change(tenant, alarmId, event.atUs, (manager, row) => applyToAlarm(manager, row, event));
  }

  /** One step of the work on a leak: assign, classify, repair, verify, reopen. Throws AlarmRefusedError where it is not its turn. */
  applyLeak(tenant: TenantContext, alarmId: number, event: LeakEvent): Promise<AlarmChange> {
    return this.change(tenant, alarmId, event.atUs, async (manager, row) => {
      const leak = leakAlertOf(row);
      if (!leak) throw new AlarmRefusedError('ALARM_IS_NO_LEAK', 'The alarm is no leak alert. Comment on it instead.');
      const outcome = applyLeakEvent(leak, event);
      if (outcome.kind === 'refused') throw new AlarmRefusedError(outcome.refusal.code, outcome.refusal.message);
      keepLeakAlert(row, outcome.alert, timeOf(event.atUs));
      const { kind, atUs, by } = outcome.transition;
      // The journal must tell what was found, also without a comment.
      const comment = outcome.transition.comment ?? (event.kind === 'classify' ? event.outcome : null);
      return journal(manager, row, [{ kind, from: row.state, to: row.state, atUs, by, comment }]);
    });
  }

  /**
   * Re-opens a leak whose repair did not hold; somebody must take notice once more.
   * With `again` the alarm stands for that detection from now on and is active.
   */
  reopenLeak(
    tenant: TenantContext,
    alarmId: number,
    { atUs, comment, again }: { readonly atUs: number; readonly comment: string; readonly again?: SeenAgain },
  ): Promise<AlarmChange> {
    return this.change(tenant, alarmId, atUs, (manager, row) => {
      const leak = leakAlertOf(row);
      if (!leak) throw new AlarmRefusedError('ALARM_IS_NO_LEAK', 'The alarm is no leak alert. Comment on it instead.');
      const reopened = applyLeakEvent(leak, { kind: 'reopen', atUs, by: null });
      if (reopened.kind === 'refused') throw new AlarmRefusedError(reopened.refusal.code, reopened.refusal.message);
      keepLeakAlert(row, reopened.alert, timeOf(atUs));
      const from = row.state;
      for (const kind of again ? (['raise', 're-alarm'] as const) : (['re-alarm'] as const)) {
        const outcome = applyAlarmEvent(alarmRecordOf(row), { kind, atUs, by: null });
        if (outcome.kind === 'applied') keepAlarmRecord(row, outcome.alarm);
      }
      if (again) {
        if (row.detectionId !== null) row.earlierDetectionIds = [...row.earlierDetectionIds, row.detectionId];
        Object.assign(row, again);
      }
      return journal(manager, row, [{ kind: 'reopen', from, to: row.state, atUs, by: null, comment }]);
    });
  }

  /** Gives the alarm to a person, or to nobody. For an alarm of any kind. */
  assign(
    tenant: TenantContext,
    alarmId: number,
    userId: number | null,
    { atUs, by, comment }: Omit<Remark, 'comment'> & { comment: string | null },
  ): Promise<AlarmChange> {
    return this.change(tenant, alarmId, atUs, async (manager, row) => {
      if (userId !== null) await requirePerson(manager, row.tenantId, userId);
      const leak = leakAlertOf(row);
      if (leak && userId !== null) {
        const outcome = applyLeakEvent(leak, { kind: 'assign', atUs, by, assigneeUserId: userId });
        if (outcome.kind === 'refused') throw new AlarmRefusedError(outcome.refusal.code, outcome.refusal.message);
        keepLeakAlert(row, outcome.alert, timeOf(atUs));
      } else {
        row.assigneeUserId = userId;
        row.assignedAt = userId === null ? null : timeOf(atUs);
        if (row.leakPhase === 'assigned') row.leakPhase = 'acknowledged';
      }
      return journal(manager, row, [
        { kind: userId === null ? 'unassign' : 'assign', from: row.state, to: row.state, atUs, by, comment },
      ]);
    });
  }

  comment(tenant: TenantContext, alarmId: number, { atUs, by, comment }: Remark): Promise<AlarmChange> {
    return this.change(tenant, alarmId, atUs, (manager, row) =>
      journal(manager, row, [{ kind: 'comment', from: row.state, to: row.state, atUs, by, comment }]),
    );
  }

  /** Later findings of the same incident: no journal entry, no new alarm. */
  refine(tenant: TenantContext, alarmId: number, refinement: AlarmRefinement, atUs: number): Promise<AlarmChange> {
    return this.change(tenant, alarmId, atUs, (_manager, row) => {
      Object.assign(row, refinement);
      return Promise.resolve([]);
    });
  }

  /** Locks the row: two people at the same alarm come one after the other. */
  private change(
    tenant: TenantContext,
    alarmId: number,
    atUs: number,
    step: (manager: EntityManager, row: Alarm) => Promise<AlarmTransitionRecord[]>,
  ): Promise<AlarmChange> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const row = await manager.findOne(Alarm, { where: { tenantId, alarmId }, lock: { mode: 'pessimistic_write' } });
      if (!row) throw new AlarmUnknownError(alarmId);
      const transitions = await step(manager, row);
      row.updatedAt = timeOf(atUs);
      return { alarm: await manager.save(row), transitions };
    });
  }
}

/**
 * One step of the ISA-18.2 state machine within the caller's transaction: writes the row and its journal entries.
 * The caller has the row locked. Throws AlarmRefusedError where the state does not allow the step.
 */
export async function applyToAlarm(
  manager: EntityManager,
  row: Alarm,
  event: AlarmEvent,
): Promise<AlarmTransitionRecord[]> {
  const outcome = applyAlarmEvent(alarmRecordOf(row), event);
  if (outcome.kind === 'refused') throw new AlarmRefusedError(outcome.refusal.code, outcome.refusal.message);
  keepAlarmRecord(row, outcome.alarm);
  // Whoever acknowledges the alarm also takes notice of the leak.
  const leak = leakAlertOf(row);
  if (event.kind === 'acknowledge' && leak?.phase === 'detected') {
    const noticed = applyLeakEvent(leak, { kind: 'acknowledge', atUs: event.atUs, by: event.by });
    if (noticed.kind === 'applied') keepLeakAlert(row, noticed.alert, timeOf(event.atUs));
  }
  row.updatedAt = timeOf(event.atUs);
  await manager.save(row);
  return journal(manager, row, outcome.transitions);
}

interface JournalStep {
  readonly kind: string;
  readonly from: Alarm['state'];
  readonly to: Alarm['state'];
  readonly atUs: number;
  readonly by: number | null;
  readonly comment: string | null;
}

function journal(
  manager: EntityManager,
  { tenantId, alarmId }: Alarm,
  steps: readonly JournalStep[],
): Promise<AlarmTransitionRecord[]> {
  const entries = steps.map(({ kind, from, to, atUs, by, comment }) =>
    manager.create(AlarmTransitionRecord, {
      tenantId,
      alarmId,
      at: timeOf(atUs),
      transition: kind,
      fromState: from,
      toState: to,
      userId: by,
      comment,
    }),
  );
  return manager.save(entries);
}

async function requirePerson(manager: EntityManager, tenantId: number, userId: number): Promise<void> {
  if (await manager.existsBy(UserAccount, { tenantId, userId, disabledAt: IsNull() })) return;
  throw new AlarmRefusedError(
    'ALARM_PERSON_UNKNOWN',
    'The person is not known here or may no longer sign in. Assign somebody else.',
  );
}

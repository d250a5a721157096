import {
  applyAlarmEvent,
  type AlarmEvent,
  type AlarmRecord,
  type AlarmRefusal,
  type FlagSetting,
} from '@telltale/alarm-lifecycle';
import type { EntityManager } from 'typeorm';
import { Alarm, AlarmTransitionRecord } from '../entities/index.js';

const microsOf = (time: Date | null): number | null => (time === null ? null : time.getTime() * 1000);
const timeOf = (us: number | null): Date | null => (us === null ? null : new Date(us / 1000));

const flagOf = (
  since: Date | null,
  until: Date | null,
  reason: string | null,
  by: number | null,
): FlagSetting | null =>
  since === null ? null : { sinceUs: since.getTime() * 1000, untilUs: microsOf(until), reason: reason ?? '', by };

/** The row as the state machine sees it. */
export const recordOf = (alarm: Alarm): AlarmRecord => ({
  state: alarm.state,
  latching: alarm.latching,
  raisedAtUs: microsOf(alarm.raisedAt),
  acknowledgedAtUs: microsOf(alarm.acknowledgedAt),
  acknowledgedBy: alarm.acknowledgedBy,
  clearedAtUs: microsOf(alarm.clearedAt),
  shelved: flagOf(alarm.shelvedSince, alarm.shelvedUntil, alarm.shelvedReason, alarm.shelvedBy),
  suppressed: flagOf(alarm.suppressedSince, alarm.suppressedUntil, alarm.suppressedReason, alarm.suppressedBy),
  outOfService: flagOf(
    alarm.outOfServiceSince,
    alarm.outOfServiceUntil,
    alarm.outOfServiceReason,
    alarm.outOfServiceBy,
  ),
});

function copyOnto(alarm: Alarm, record: AlarmRecord): void {
  alarm.state = record.state;
  alarm.condition = record.state === 'unacknowledged' || record.state === 'acknowledged' ? 'active' : 'cleared';
  alarm.raisedAt = timeOf(record.raisedAtUs);
  alarm.acknowledgedAt = timeOf(record.acknowledgedAtUs);
  alarm.acknowledgedBy = record.acknowledgedBy;
  alarm.clearedAt = timeOf(record.clearedAtUs);
  const { shelved, suppressed, outOfService } = record;
  alarm.shelvedSince = timeOf(shelved?.sinceUs ?? null);
  alarm.shelvedUntil = timeOf(shelved?.untilUs ?? null);
  alarm.shelvedReason = shelved?.reason ?? null;
  alarm.shelvedBy = shelved?.by ?? null;
  alarm.suppressedSince = timeOf(suppressed?.sinceUs ?? null);
  alarm.suppressedUntil = timeOf(suppressed?.untilUs ?? null);
  alarm.suppressedReason = suppressed?.reason ?? null;
  alarm.suppressedBy = suppressed?.by ?? null;
  alarm.outOfServiceSince = timeOf(outOfService?.sinceUs ?? null);
  alarm.outOfServiceUntil = timeOf(outOfService?.untilUs ?? null);
  alarm.outOfServiceReason = outOfService?.reason ?? null;
  alarm.outOfServiceBy = outOfService?.by ?? null;
}

/** Applies an event of ISA-18.2 to a row that the transaction holds, and writes its journal. Gives the refusal, or null when it was applied. */
export async function applyToAlarm(
  manager: EntityManager,
  alarm: Alarm,
  event: AlarmEvent,
): Promise<AlarmRefusal | null> {
  const outcome = applyAlarmEvent(recordOf(alarm), event);
  if (outcome.kind === 'refused') return outcome.refusal;
  copyOnto(alarm, outcome.alarm);
  alarm.updatedAt = new Date(event.atUs / 1000);
  await manager.save(Alarm, alarm);
  for (const { kind, from, to, atUs, by, comment } of outcome.transitions) {
    await writeTransition(manager, alarm, {
      transition: kind,
      fromState: from,
      toState: to,
      at: new Date(atUs / 1000),
      userId: by,
      comment,
    });
  }
  return null;
}

export type JournalEntry = Pick<
  AlarmTransitionRecord,
  'transition' | 'fromState' | 'toState' | 'at' | 'userId' | 'comment'
>;

export async function writeTransition(
  manager: EntityManager,
  { tenantId, alarmId }: Alarm,
  entry: JournalEntry,
): Promise<void> {
  await manager.insert(AlarmTransitionRecord, { tenantId, alarmId, ...entry });
}

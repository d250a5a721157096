import type { AlarmFlag, AlarmRecord, FlagSetting, LeakAlert, TimeUs } from '@telltale/alarm-lifecycle';
import type { Alarm } from '../entities/index.js';

export const usOf = (time: Date): TimeUs => time.getTime() * 1000;
const usOrNull = (time: Date | null): TimeUs | null => time && usOf(time);
export const timeOf = (us: TimeUs): Date => new Date(us / 1000);
const timeOrNull = (us: TimeUs | null): Date | null => (us === null ? null : timeOf(us));

/** The alarm of the state machine in a row. */
export function alarmRecordOf(row: Alarm): AlarmRecord {
  return {
    state: row.state,
    latching: row.latching,
    raisedAtUs: usOrNull(row.raisedAt),
    acknowledgedAtUs: usOrNull(row.acknowledgedAt),
    acknowledgedBy: row.acknowledgedBy,
    clearedAtUs: usOrNull(row.clearedAt),
    shelved: flagOf(row, 'shelved'),
    suppressed: flagOf(row, 'suppressed'),
    outOfService: flagOf(row, 'outOfService'),
  };
}

/** Writes the alarm of the state machine into its row. */
export function keepAlarmRecord(row: Alarm, alarm: AlarmRecord): void {
  row.state = alarm.state;
  row.condition = alarm.state === 'unacknowledged' || alarm.state === 'acknowledged' ? 'active' : 'cleared';
  row.latching = alarm.latching;
  row.raisedAt = timeOrNull(alarm.raisedAtUs);
  row.acknowledgedAt = timeOrNull(alarm.acknowledgedAtUs);
  row.acknowledgedBy = alarm.acknowledgedBy;
  row.clearedAt = timeOrNull(alarm.clearedAtUs);
  for (const flag of ['shelved', 'suppressed', 'outOfService'] as const) keepFlag(row, flag, alarm[flag]);
}

/** The work on a leak in a row; `null` for other kinds of alarm. */
export function leakAlertOf(row: Alarm): LeakAlert | null {
  const { leakPhase: phase, assigneeUserId, outcome, reopened } = row;
  return phase && { phase, assigneeUserId, outcome, repairedAtUs: usOrNull(row.repairedAt), reopened };
}

export function keepLeakAlert(row: Alarm, leak: LeakAlert, now: Date): void {
  if (row.assigneeUserId !== leak.assigneeUserId) row.assignedAt = leak.assigneeUserId === null ? null : now;
  if (row.outcome !== leak.outcome) row.outcomeAt = leak.outcome === null ? null : now;
  row.verifiedAt = leak.phase === 'verified' ? (row.verifiedAt ?? now) : null;
  row.leakPhase = leak.phase;
  row.assigneeUserId = leak.assigneeUserId;
  row.outcome = leak.outcome;
  row.repairedAt = timeOrNull(leak.repairedAtUs);
  row.reopened = leak.reopened;
}

function flagOf(row: Alarm, flag: AlarmFlag): FlagSetting | null {
  const since = row[`${flag}Since`];
  return (
    since && {
      sinceUs: usOf(since),
      untilUs: usOrNull(row[`${flag}Until`]),
      reason: row[`${flag}Reason`] ?? '',
      by: row[`${flag}By`],
    }
  );
}

function keepFlag(row: Alarm, flag: AlarmFlag, setting: FlagSetting | null): void {
  row[`${flag}Since`] = setting && timeOf(setting.sinceUs);
  row[`${flag}Until`] = setting && timeOrNull(setting.untilUs);
  row[`${flag}Reason`] = setting && setting.reason;
  row[`${flag}By`] = setting && setting.by;
}

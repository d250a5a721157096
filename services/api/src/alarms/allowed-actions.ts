import { needsAcknowledgement } from '@telltale/alarm-lifecycle';
import type { Alarm, UserRole } from '@telltale/plant-registry';
import { ALARM_HANDLERS } from '../identity/allow.decorator.js';
import { AlarmAction } from './alarm.type.js';

/** What a user may do with an alarm now. The mutations decide by the same tables: `ALARM_HANDLERS` and the state machine. */
export function allowedActions(alarm: Alarm, role: UserRole, now: Date): AlarmAction[] {
  if (!ALARM_HANDLERS.includes(role)) return [];
  const shelved = alarm.shelvedUntil !== null && alarm.shelvedUntil > now;
  const over = alarm.verifiedAt !== null || (alarm.outcome !== null && alarm.outcome !== 'confirmed');
  const actions: [AlarmAction, boolean][] = [
    [AlarmAction.ACKNOWLEDGE, needsAcknowledgement(alarm.state)],
    [AlarmAction.ASSIGN, !over],
    [AlarmAction.COMMENT, true],
    [AlarmAction.SHELVE, !shelved && alarm.state !== 'normal'],
    [AlarmAction.UNSHELVE, shelved],
    [AlarmAction.SET_OUTCOME, !over && alarm.kind === 'leak' && alarm.repairedAt === null && !needsAcknowledgement(alarm.state)],
    [AlarmAction.MARK_REPAIRED, alarm.kind === 'leak' && alarm.outcome === 'confirmed' && alarm.repairedAt === null],
  ];
  return actions.filter(([, allowed]) => allowed).map(([action]) => action);
}

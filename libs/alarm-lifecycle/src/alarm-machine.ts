import type { AlarmEvent, AlarmOutcome, AlarmRefusalCode, AlarmRules, AlarmTransition } from './alarm-event.js';
import { DEFAULT_ALARM_RULES } from './alarm-event.js';
import { ALARM_FLAGS, isActive, isFlagged, needsAcknowledgement } from './alarm-state.js';
import type { AlarmFlag, AlarmRecord, AlarmState } from './alarm-state.js';

const FLAG_WORDS = { shelved: 'shelved', suppressed: 'suppressed by design', outOfService: 'out of service' } as const;
const EXPIRY = {
  shelved: 'shelving-expired',
  suppressed: 'suppression-expired',
  outOfService: 'out-of-service-expired',
} as const;
const HOUR_US = 3_600_000_000;

const refused = (code: AlarmRefusalCode, message: string): AlarmOutcome => ({
  kind: 'refused',
  refusal: { code, message },
});

function transition(
  alarm: AlarmRecord,
  event: AlarmEvent,
  kind: AlarmTransition['kind'],
  to: AlarmState,
  flag: AlarmFlag | null = null,
): AlarmTransition {
  const comment = event.comment ?? ('reason' in event ? event.reason : null);
  return { kind, from: alarm.state, to, flag, atUs: event.atUs, by: event.by, comment };
}

function moved(
  alarm: AlarmRecord,
  event: AlarmEvent & { kind: AlarmTransition['kind'] },
  change: Partial<AlarmRecord>,
): AlarmOutcome {
  const next = { ...alarm, ...change };
  return { kind: 'applied', alarm: next, transitions: [transition(alarm, event, event.kind, next.state)] };
}

function setFlag(
  alarm: AlarmRecord,
  event: Extract<AlarmEvent, { reason: string }>,
  flag: AlarmFlag,
  rules: AlarmRules,
): AlarmOutcome {
  if (flag !== 'suppressed' && event.by === null)
    return refused('ALARM_PERSON_NEEDED', `Only a person can set an alarm ${FLAG_WORDS[flag]}. Sign in and try again.`);
  if (event.reason.trim() === '')
    return refused('ALARM_REASON_NEEDED', `An alarm is ${FLAG_WORDS[flag]} only with a reason. Say why.`);
  if (event.untilUs !== null && event.untilUs <= event.atUs)
    return refused('ALARM_END_IN_THE_PAST', 'The end must lie in the future. Choose a later time.');
  if (event.kind === 'shelve' && event.untilUs - event.atUs > rules.maxShelveHours * HOUR_US)
    return refused(
      'ALARM_SHELVED_TOO_LONG',
      `An alarm can be shelved for ${rules.maxShelveHours} h at most. Choose an earlier end or take it out of service.`,
    );
  if (isFlagged(alarm, flag, event.atUs))
    return refused('ALARM_FLAG_ALREADY_SET', `The alarm is already ${FLAG_WORDS[flag]}. End that first.`);
  const setting = { sinceUs: event.atUs, untilUs: event.untilUs, reason: event.reason, by: event.by };
  return {
    kind: 'applied',
    alarm: { ...alarm, [flag]: setting },
    transitions: [transition(alarm, event, event.kind, alarm.state, flag)],
  };
}

function endFlag(
  alarm: AlarmRecord,
  event: AlarmEvent & { kind: AlarmTransition['kind'] },
  flag: AlarmFlag,
): AlarmOutcome {
  if (flag !== 'suppressed' && event.by === null)
    return refused(
      'ALARM_PERSON_NEEDED',
      `Only a person can end that an alarm is ${FLAG_WORDS[flag]}. Sign in and try again.`,
    );
  if (alarm[flag] === null)
    return refused('ALARM_FLAG_NOT_SET', `The alarm is not ${FLAG_WORDS[flag]}. Nothing is to be done.`);
  return {
    kind: 'applied',
    alarm: { ...alarm, [flag]: null },
    transitions: [transition(alarm, event, event.kind, alarm.state, flag)],
  };
}

function expire(alarm: AlarmRecord, event: AlarmEvent): AlarmOutcome {
  const expired = ALARM_FLAGS.filter((flag) => alarm[flag] !== null && !isFlagged(alarm, flag, event.atUs));
  if (expired.length === 0)
    return refused('ALARM_NOTHING_EXPIRED', 'No flag of the alarm has reached its end. Nothing is to be done.');
  const next = { ...alarm, ...Object.fromEntries(expired.map((flag) => [flag, null])) };
  return {
    kind: 'applied',
    alarm: next,
    transitions: expired.map((flag) => transition(alarm, event, EXPIRY[flag], alarm.state, flag)),
  };
}

/** The next alarm and its journal entries, or a refusal that leaves the alarm as it is. Never throws. */
export function applyAlarmEvent(
  alarm: AlarmRecord,
  event: AlarmEvent,
  rules: AlarmRules = DEFAULT_ALARM_RULES,
): AlarmOutcome {
  switch (event.kind) {
    case 'raise':
      if (isActive(alarm.state))
        return refused('ALARM_ALREADY_ACTIVE', 'The alarm is active already. Nothing is to be done.');
      return moved(
        alarm,
        { ...event, kind: 'raise' },
        {
          state: 'unacknowledged',
          raisedAtUs: event.atUs,
          acknowledgedAtUs: null,
          acknowledgedBy: null,
          clearedAtUs: null,
        },
      );
    case 're-alarm':
      // ISA-18.2 re-alarm: a person must take notice once more, whatever the condition does.
      return moved(
        alarm,
        { ...event, kind: 're-alarm' },
        {
          state: isActive(alarm.state) ? 'unacknowledged' : 'returned-unacknowledged',
          acknowledgedAtUs: null,
          acknowledgedBy: null,
        },
      );
    case 'clear': {
      if (!isActive(alarm.state)) return refused('ALARM_NOT_ACTIVE', 'The alarm is not active. Nothing is to be done.');
      const acknowledged: AlarmState = alarm.latching ? 'latched' : 'normal';
      const state = alarm.state === 'unacknowledged' ? 'returned-unacknowledged' : acknowledged;
      return moved(alarm, { ...event, kind: 'clear' }, { state, clearedAtUs: event.atUs });
    }
    case 'acknowledge': {
      if (event.by === null)
        return refused('ALARM_PERSON_NEEDED', 'Only a person can acknowledge an alarm. Sign in and try again.');
      if (!needsAcknowledgement(alarm.state))
        return refused('ALARM_NOTHING_TO_ACKNOWLEDGE', `The alarm is ${alarm.state}. Nothing is to be acknowledged.`);
      const returned: AlarmState = alarm.latching ? 'latched' : 'normal';
      const state = alarm.state === 'unacknowledged' ? 'acknowledged' : returned;
      return moved(
        alarm,
        { ...event, kind: 'acknowledge' },
        { state, acknowledgedAtUs: event.atUs, acknowledgedBy: event.by },
      );
    }
    case 'reset':
      if (event.by === null)
        return refused('ALARM_PERSON_NEEDED', 'Only a person can reset an alarm. Sign in and try again.');
      if (alarm.state !== 'latched')
        return refused(
          'ALARM_NOT_LATCHED',
          `The alarm is ${alarm.state}, not latched. It is reset after it returned and was acknowledged.`,
        );
      return moved(alarm, { ...event, kind: 'reset' }, { state: 'normal' });
    case 'shelve':
      return setFlag(alarm, event, 'shelved', rules);
    case 'suppress':
      return setFlag(alarm, event, 'suppressed', rules);
    case 'remove-from-service':
      return setFlag(alarm, event, 'outOfService', rules);
    case 'unshelve':
      return endFlag(alarm, { ...event, kind: 'unshelve' }, 'shelved');
    case 'unsuppress':
      return endFlag(alarm, { ...event, kind: 'unsuppress' }, 'suppressed');
    case 'return-to-service':
      return endFlag(alarm, { ...event, kind: 'return-to-service' }, 'outOfService');
    case 'expire':
      return expire(alarm, event);
  }
}

import type { AlarmRefusalCode, LeakRefusalCode } from '@telltale/alarm-lifecycle';

/** The alarm's state does not allow the step. One sentence with the remedy. */
export class AlarmRefusedError extends Error {
  constructor(
    readonly code: AlarmRefusalCode | LeakRefusalCode | 'ALARM_IS_NO_LEAK' | 'ALARM_PERSON_UNKNOWN',
    sentence: string,
  ) {
    super(sentence);
    this.name = 'AlarmRefusedError';
  }
}

export class AlarmUnknownError extends Error {
  readonly code = 'ALARM_UNKNOWN';
  constructor(alarmId: number) {
    super(`There is no alarm ${alarmId}: it does not exist or belongs to someone else.`);
    this.name = 'AlarmUnknownError';
  }
}

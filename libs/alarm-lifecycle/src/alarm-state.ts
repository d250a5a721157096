/** Microseconds since 1970-01-01T00:00:00Z. */
export type TimeUs = number;

/** ISA-18.2 / IEC 62682 clause 5.4: the five states that the process condition, acknowledgement and reset span. */
export const ALARM_STATES = ['normal', 'unacknowledged', 'acknowledged', 'returned-unacknowledged', 'latched'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

/** The three ways to keep an alarm from annunciating. They are independent of the state and of each other. */
export const ALARM_FLAGS = ['shelved', 'suppressed', 'outOfService'] as const;
export type AlarmFlag = (typeof ALARM_FLAGS)[number];

export interface FlagSetting {
  readonly sinceUs: TimeUs;
  /** The flag ends by itself here. `null` (not for shelving) lasts until somebody ends it. */
  readonly untilUs: TimeUs | null;
  readonly reason: string;
  /** User id; `null` when the platform did it. */
  readonly by: number | null;
}

/** One alarm as a value; `applyAlarmEvent` makes the next one. */
export interface AlarmRecord {
  readonly state: AlarmState;
  /** A latching alarm stays `latched` after the condition is gone and was acknowledged, until somebody resets it. */
  readonly latching: boolean;
  readonly raisedAtUs: TimeUs | null;
  readonly acknowledgedAtUs: TimeUs | null;
  readonly acknowledgedBy: number | null;
  readonly clearedAtUs: TimeUs | null;
  readonly shelved: FlagSetting | null;
  readonly suppressed: FlagSetting | null;
  readonly outOfService: FlagSetting | null;
}

export function newAlarm(latching = false): AlarmRecord {
  return {
    state: 'normal',
    latching,
    raisedAtUs: null,
    acknowledgedAtUs: null,
    acknowledgedBy: null,
    clearedAtUs: null,
    shelved: null,
    suppressed: null,
    outOfService: null,
  };
}

/** Is the process condition present? */
export const isActive = (state: AlarmState): boolean => state === 'unacknowledged' || state === 'acknowledged';

/** Does the alarm wait for a person? */
export const needsAcknowledgement = (state: AlarmState): boolean =>
  state === 'unacknowledged' || state === 'returned-unacknowledged';

/** Is the flag in force at `atUs`? An expired one is not, even before its `expire` event was applied. */
export function isFlagged(alarm: AlarmRecord, flag: AlarmFlag, atUs: TimeUs): boolean {
  const setting = alarm[flag];
  return setting !== null && (setting.untilUs === null || atUs < setting.untilUs);
}

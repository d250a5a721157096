import type { AlarmFlag, AlarmRecord, AlarmState, TimeUs } from './alarm-state.js';

interface Happening {
  readonly atUs: TimeUs;
  /** User id; `null` when the platform did it. */
  readonly by: number | null;
  readonly comment?: string;
}

/** What can happen to an alarm. `until…` is the moment the flag ends by itself. */
export type AlarmEvent = Happening &
  (
    | {
        readonly kind:
          | 'raise'
          | 're-alarm'
          | 'clear'
          | 'acknowledge'
          | 'reset'
          | 'unshelve'
          | 'unsuppress'
          | 'return-to-service'
          | 'expire';
      }
    | { readonly kind: 'shelve'; readonly untilUs: TimeUs; readonly reason: string }
    | { readonly kind: 'suppress' | 'remove-from-service'; readonly untilUs: TimeUs | null; readonly reason: string }
  );
export type AlarmEventKind = AlarmEvent['kind'];

/** One entry of the alarm's journal. `from` equals `to` when only a flag changed. */
export interface AlarmTransition {
  readonly kind:
    Exclude<AlarmEventKind, 'expire'> | 'shelving-expired' | 'suppression-expired' | 'out-of-service-expired';
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly flag: AlarmFlag | null;
  readonly atUs: TimeUs;
  readonly by: number | null;
  readonly comment: string | null;
}

export const ALARM_REFUSALS = [
  'ALARM_ALREADY_ACTIVE',
  'ALARM_NOT_ACTIVE',
  'ALARM_NOTHING_TO_ACKNOWLEDGE',
  'ALARM_NOT_LATCHED',
  'ALARM_PERSON_NEEDED',
  'ALARM_REASON_NEEDED',
  'ALARM_END_IN_THE_PAST',
  'ALARM_SHELVED_TOO_LONG',
  'ALARM_FLAG_ALREADY_SET',
  'ALARM_FLAG_NOT_SET',
  'ALARM_NOTHING_EXPIRED',
] as const;
export type AlarmRefusalCode = (typeof ALARM_REFUSALS)[number];

export interface AlarmRefusal {
  readonly code: AlarmRefusalCode;
  /** One sentence with the remedy. */
  readonly message: string;
}

export type AlarmOutcome =
  | { readonly kind: 'applied'; readonly alarm: AlarmRecord; readonly transitions: readonly AlarmTransition[] }
  | { readonly kind: 'refused'; readonly refusal: AlarmRefusal };

/** Plant policy. */
export interface AlarmRules {
  /** Longest time an operator may shelve an alarm, in hours. */
  readonly maxShelveHours: number;
}
export const DEFAULT_ALARM_RULES: AlarmRules = { maxShelveHours: 24 };

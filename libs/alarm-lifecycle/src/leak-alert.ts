import type { TimeUs } from './alarm-state.js';

/** What the crew found. */
export const LEAK_OUTCOMES = ['confirmed', 'nuisance', 'sensor-fault', 'test'] as const;
export type LeakOutcome = (typeof LEAK_OUTCOMES)[number];

export const LEAK_PHASES = ['detected', 'acknowledged', 'assigned', ...LEAK_OUTCOMES, 'repaired', 'verified'] as const;
export type LeakPhase = (typeof LEAK_PHASES)[number];

/** The work on one leak alert, from the detection to the proof that the repair holds. */
export interface LeakAlert {
  readonly phase: LeakPhase;
  readonly assigneeUserId: number | null;
  /** Stays after repair: what was repaired. */
  readonly outcome: LeakOutcome | null;
  readonly repairedAtUs: TimeUs | null;
  readonly reopened: number;
}

interface Happening {
  readonly atUs: TimeUs;
  /** User id; `null` when the platform did it. */
  readonly by: number | null;
  readonly comment?: string;
}

export type LeakEvent = Happening &
  (
    | { readonly kind: 'acknowledge' | 'repair' | 'verify' | 'reopen' }
    | { readonly kind: 'assign'; readonly assigneeUserId: number }
    | { readonly kind: 'classify'; readonly outcome: LeakOutcome }
  );

export interface LeakTransition {
  readonly kind: LeakEvent['kind'];
  readonly from: LeakPhase;
  readonly to: LeakPhase;
  readonly atUs: TimeUs;
  readonly by: number | null;
  readonly comment: string | null;
}

export type LeakRefusalCode =
  | 'LEAK_PERSON_NEEDED'
  | 'LEAK_ALREADY_ACKNOWLEDGED'
  | 'LEAK_NOT_ACKNOWLEDGED'
  | 'LEAK_WORK_IS_DONE'
  | 'LEAK_NOTHING_TO_REPAIR'
  | 'LEAK_NOT_REPAIRED';

export type LeakOutcomeOfEvent =
  | { readonly kind: 'applied'; readonly alert: LeakAlert; readonly transition: LeakTransition }
  | { readonly kind: 'refused'; readonly refusal: { readonly code: LeakRefusalCode; readonly message: string } };

export const newLeakAlert = (): LeakAlert => ({
  phase: 'detected',
  assigneeUserId: null,
  outcome: null,
  repairedAtUs: null,
  reopened: 0,
});

const refused = (code: LeakRefusalCode, message: string): LeakOutcomeOfEvent => ({
  kind: 'refused',
  refusal: { code, message },
});

function moved(
  alert: LeakAlert,
  event: LeakEvent,
  change: Partial<LeakAlert> & { phase: LeakPhase },
): LeakOutcomeOfEvent {
  return {
    kind: 'applied',
    alert: { ...alert, ...change },
    transition: {
      kind: event.kind,
      from: alert.phase,
      to: change.phase,
      atUs: event.atUs,
      by: event.by,
      comment: event.comment ?? null,
    },
  };
}

const isDone = (phase: LeakPhase): boolean => phase === 'repaired' || phase === 'verified';

/** The next alert and its journal entry, or a refusal. Never throws. Assigning acknowledges. */
export function applyLeakEvent(alert: LeakAlert, event: LeakEvent): LeakOutcomeOfEvent {
  const { phase } = alert;
  if (event.by === null && event.kind !== 'verify' && event.kind !== 'reopen')
    return refused('LEAK_PERSON_NEEDED', `Only a person can ${event.kind} a leak alert. Sign in and try again.`);
  switch (event.kind) {
    case 'acknowledge':
      if (phase !== 'detected')
        return refused('LEAK_ALREADY_ACKNOWLEDGED', `The leak alert is ${phase}. It was acknowledged already.`);
      return moved(alert, event, { phase: 'acknowledged' });
    case 'assign': {
      if (isDone(phase))
        return refused('LEAK_WORK_IS_DONE', `The leak alert is ${phase}. Re-open it before assigning it again.`);
      const classified = alert.outcome !== null;
      return moved(alert, event, { phase: classified ? phase : 'assigned', assigneeUserId: event.assigneeUserId });
    }
    case 'classify':
      if (phase === 'detected')
        return refused('LEAK_NOT_ACKNOWLEDGED', 'The leak alert waits for its acknowledgement. Acknowledge it first.');
      if (isDone(phase))
        return refused('LEAK_WORK_IS_DONE', `The leak alert is ${phase}. Re-open it before classifying it again.`);
      return moved(alert, event, { phase: event.outcome, outcome: event.outcome });
    case 'repair':
      if (phase !== 'confirmed' && phase !== 'sensor-fault')
        return refused(
          'LEAK_NOTHING_TO_REPAIR',
          `The leak alert is ${phase}. Confirm the leak or the sensor fault before reporting the repair.`,
        );
      return moved(alert, event, { phase: 'repaired', repairedAtUs: event.atUs });
    case 'verify':
      if (phase !== 'repaired')
        return refused('LEAK_NOT_REPAIRED', `The leak alert is ${phase}. Only a reported repair can be verified.`);
      return moved(alert, event, { phase: 'verified' });
    case 'reopen':
      if (!isDone(phase))
        return refused('LEAK_NOT_REPAIRED', `The leak alert is ${phase} and still open. Nothing is to be re-opened.`);
      return moved(alert, event, {
        phase: 'detected',
        outcome: null,
        repairedAtUs: null,
        reopened: alert.reopened + 1,
      });
  }
}

/** What was seen at the place since the repair. */
export interface RepairObservation {
  readonly nowUs: TimeUs;
  readonly repairedAtUs: TimeUs;
  /** Time of the last minute in which the leak's signature was present; `null` when never since. */
  readonly signatureSeenAtUs: TimeUs | null;
  /** Hours since the repair with the line under a load comparable to the one before. */
  readonly comparableLoadHours: number;
}

/** Is the repair proven? The signature must stay away for `quietHours` of comparable load; one that shows after the settling time re-opens. */
export function judgeRepair(
  seen: RepairObservation,
  quietHours = 24,
  settlingMinutes = 60,
): 'verify' | 'reopen' | 'wait' {
  const settledUs = seen.repairedAtUs + settlingMinutes * 60_000_000;
  if (seen.signatureSeenAtUs !== null && seen.signatureSeenAtUs > settledUs) return 'reopen';
  return seen.comparableLoadHours >= quietHours ? 'verify' : 'wait';
}

import type { Alarm, Detection } from '@telltale/plant-registry';
import { LeakAlertState } from './leak-alert.type.js';

/** Where the work on a leak stands, from what people and measurements have said so far. */
export function leakAlertState(alarm: Alarm, detection: Detection): LeakAlertState {
  if (alarm.verifiedAt !== null) return LeakAlertState.VERIFIED;
  if (alarm.outcome !== null && alarm.outcome !== 'confirmed') return LeakAlertState.DISMISSED;
  if (alarm.repairedAt !== null) return LeakAlertState.REPAIRED;
  if (alarm.outcome === 'confirmed') return LeakAlertState.CONFIRMED;
  if (detection.state === 'closed') return LeakAlertState.GONE;
  if (alarm.assigneeUserId !== null) return LeakAlertState.ASSIGNED;
  return alarm.acknowledgedAt === null ? LeakAlertState.DETECTED : LeakAlertState.ACKNOWLEDGED;
}

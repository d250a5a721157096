import { Injectable } from '@nestjs/common';
import type { Alarm as AlarmEntity } from '@telltale/plant-registry';
import { toId } from '../graphql/opaque-id.js';
import type { Viewer } from '../identity/viewer.js';
import { allowedActions } from './allowed-actions.js';
import { AlarmKind, AlarmOutcome, AlarmState, type Alarm, type AlarmAction } from './alarm.type.js';

export const STATES = {
  normal: AlarmState.NORMAL,
  unacknowledged: AlarmState.UNACKNOWLEDGED,
  acknowledged: AlarmState.ACKNOWLEDGED,
  'returned-unacknowledged': AlarmState.RETURNED_UNACKNOWLEDGED,
  latched: AlarmState.LATCHED,
} as const;
const KINDS = { leak: AlarmKind.LEAK, 'sensor-suspect': AlarmKind.SENSOR_SUSPECT } as const;
export const OUTCOMES = {
  confirmed: AlarmOutcome.CONFIRMED_LEAK,
  nuisance: AlarmOutcome.NUISANCE,
  'sensor-fault': AlarmOutcome.SENSOR_FAULT,
  test: AlarmOutcome.TEST,
} as const;

/** An alarm with what its resolvers need to go on. */
export interface AlarmFields extends Alarm {
  readonly row: AlarmEntity;
  readonly allowedActions: readonly AlarmAction[];
}

@Injectable()
export class AlarmReader {
  alarmOf(row: AlarmEntity, viewer: Viewer, now = new Date()): AlarmFields {
    const shelved = row.shelvedUntil !== null && row.shelvedUntil > now;
    return {
      row,
      id: toId('alarm', row.alarmId),
      siteId: toId('site', row.siteId),
      kind: KINDS[row.kind],
      title: row.title,
      priority: row.priority,
      cause: row.cause,
      consequence: row.consequence,
      action: row.action,
      active: row.condition === 'active',
      state: STATES[row.state],
      raisedAt: row.raisedAt ?? row.updatedAt,
      acknowledgedAt: row.acknowledgedAt,
      clearedAt: row.clearedAt,
      outcome: row.outcome === null ? null : OUTCOMES[row.outcome],
      repairedAt: row.repairedAt,
      verifiedAt: row.verifiedAt,
      shelvedUntil: shelved ? row.shelvedUntil : null,
      shelvedReason: shelved ? row.shelvedReason : null,
      suppressedReason: row.suppressedReason,
      outOfServiceReason: row.outOfServiceReason,
      allowedActions: allowedActions(row, viewer.role, now),
    };
  }
}

import { Status, type StatusCode, type TimeUs } from '@telltale/tag-sample';
import { bell, uniform } from '../chance/hashed-chance.js';

export const SENSOR_FAULT_KINDS = ['stuck', 'drift', 'bias', 'spike', 'dropout', 'rail'] as const;
export type SensorFaultKind = (typeof SENSOR_FAULT_KINDS)[number];

export interface SensorFault {
  readonly faultId: string;
  /** Path of the tag. */
  readonly tagPath: string;
  readonly kind: SensorFaultKind;
  readonly fromUs: TimeUs;
  readonly toUs?: TimeUs;
}

/** What a 4–20 mA input shows when its sensor is broken: the top of the range. */
export const RAIL_C = 150;

export const isActive = (fault: SensorFault, atUs: TimeUs): boolean => atUs >= fault.fromUs && (fault.toUs === undefined || atUs < fault.toUs);

export interface SensorValue {
  readonly value: number;
  readonly status: StatusCode;
}

/** What the transmitter reports instead of the truth. `heldC` is its last value before the fault. */
export function faultyValue(fault: SensorFault, trueC: number, heldC: number, atUs: TimeUs, seed: number): SensorValue {
  const hours = (atUs - fault.fromUs) / 3600e6;
  const second = Math.floor(atUs / 1e6);
  switch (fault.kind) {
    case 'stuck':
      return { value: heldC, status: Status.Good };
    case 'drift':
      return { value: trueC + 0.6 * hours, status: Status.Good };
    case 'bias':
      return { value: trueC + 4.5, status: Status.Good };
    case 'spike':
      return { value: uniform(seed, second, 91) < 0.06 ? trueC + 12 * bell(seed, second, 92) : trueC, status: Status.Good };
    case 'rail':
      return { value: RAIL_C, status: Status.Good };
    case 'dropout':
      return { value: Number.NaN, status: Status.BadSensorFailure };
  }
}

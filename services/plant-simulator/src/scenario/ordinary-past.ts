import type { TimeUs } from '@telltale/tag-sample';
import type { PlantLayout } from '../layout/plant-layout.js';
import type { SensorFaultKind } from '../steam/sensor-fault.js';
import type { ScenarioEvent } from './scenario-event.js';

const HOUR_US = 3600e6;

/** Hours before the start, run, sensor number, hours of duration. */
const FAULTS: readonly (readonly [number, number, number, SensorFaultKind, number])[] = [
  [58, 0, 27, 'stuck', 3],
  [44, 1, 63, 'dropout', 2],
  [33, 2, 15, 'spike', 5],
  [26, 1, 8, 'rail', 1.5],
  [15, 0, 92, 'drift', 4],
];
const STOP_BEFORE_H = 50;
const STOP_LENGTH_H = 4;

/** What an ordinary plant has been through before its first start: broken sensors and one shut-down, no leak. */
export function ordinarySteamPast(layout: PlantLayout, startUs: TimeUs, historyDays: number): readonly ScenarioEvent[] {
  const minute = (hoursBefore: number): TimeUs => Math.floor((startUs - hoursBefore * HOUR_US) / 60e6) * 60e6;
  if (historyDays < 1) return [];
  const faults = FAULTS.flatMap(([hoursBefore, run, sensor, faultKind, hours], n): ScenarioEvent[] => {
    const tagPath = layout.pipeRuns[run]?.sensors[sensor - 1]?.tagPath;
    return tagPath === undefined ? [] : [{ kind: 'sensor-fault', faultId: `past-${n + 1}`, tagPath, faultKind, fromUs: minute(hoursBefore), toUs: minute(hoursBefore - hours) }];
  });
  return [...faults, { kind: 'steam-stop', stopId: 'past-stop', fromUs: minute(STOP_BEFORE_H), toUs: minute(STOP_BEFORE_H - STOP_LENGTH_H) }];
}

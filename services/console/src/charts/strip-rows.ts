import type { StripMarker, StripSensor } from './pipe-strip.types';

export interface StripRow {
  readonly fromM: number;
  readonly toM: number;
  readonly sensors: readonly StripSensor[];
}

const NICE_STEPS_M = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000];

/** Folds a pipe into rows of equal, round length, so that a cell stays wide enough for a finger. */
export function foldPipe(sensors: readonly StripSensor[], fromM: number, toM: number, widthPx: number, cellPx: number): readonly StripRow[] {
  const inside = sensors.filter(({ positionM }) => positionM >= fromM && positionM <= toM);
  const lengthM = Math.max(1, toM - fromM);
  const cells = Math.max(4, Math.floor(widthPx / cellPx));
  const wantedM = (lengthM / Math.max(1, inside.length)) * cells;
  const rows = Math.max(1, Math.ceil(lengthM / wantedM - 1e-9));
  const rowM = Math.ceil(lengthM / rows);
  const count = Math.max(1, Math.ceil(lengthM / rowM - 1e-9));
  return Array.from({ length: count }, (_, index) => {
    const start = fromM + index * rowM;
    const isLast = index === count - 1;
    return { fromM: start, toM: start + rowM, sensors: inside.filter(({ positionM }) => positionM >= start && (positionM < start + rowM || (isLast && positionM <= start + rowM))) };
  });
}

/** Whole metres for the ruler of a row, up to the end of the pipe. */
export function rulerTicks(row: StripRow, pipeEndM: number, most: number): readonly number[] {
  const lengthM = row.toM - row.fromM;
  const step = NICE_STEPS_M.find((nice) => lengthM / nice <= most) ?? lengthM;
  const first = Math.ceil(row.fromM / step) * step;
  const last = Math.min(row.toM, pipeEndM);
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step + 1e-9) + 1) }, (_, index) => first + index * step);
}

/** 0 as expected … 4 far above it, in °C. */
export const heatLevel = (excess: number | null): 0 | 1 | 2 | 3 | 4 =>
  excess === null || excess < 1 ? 0 : excess < 2 ? 1 : excess < 4 ? 2 : excess < 8 ? 3 : 4;

export const isUsable = ({ value, quality, stale }: Pick<StripSensor, 'value' | 'quality' | 'stale'>): boolean => value !== null && quality === 'GOOD' && !stale;

/** Part of a marker's span that lies in the row, as shares 0..1 of it; null when none does. */
export function markerIn(row: StripRow, marker: StripMarker): { readonly left: number; readonly width: number; readonly holdsPlace: boolean } | null {
  const lengthM = row.toM - row.fromM;
  const left = Math.max(0, (marker.positionM - marker.plusMinusM - row.fromM) / lengthM);
  const right = Math.min(1, (marker.positionM + marker.plusMinusM - row.fromM) / lengthM);
  if (right <= left) return null;
  return { left, width: right - left, holdsPlace: marker.positionM >= row.fromM && marker.positionM < row.toM };
}

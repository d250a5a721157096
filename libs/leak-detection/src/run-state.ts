import type { TimeUs } from '@telltale/tag-sample';
import { DEFAULT_PARAMETERS } from './detector-parameters.js';
import type { DetectorParameters } from './detector-parameters.js';
import type { LeakIncident, SegmentTransient, SensorSuspect } from './incident.js';
import { neighbourhoodOf } from './run-layout.js';
import type { Neighbourhood, RunLayout } from './run-layout.js';

/** Columns with one row per sensor; `width` values each. Float32 keeps the checkpoint small and survives the round trip exactly. */
export const F64_COLUMNS = {
  offset: 1,
  meanT: 1,
  meanM: 1,
  varM: 1,
  covTM: 1,
  spread2: 1,
  contrastSpread2: 1,
} as const;
export const F32_COLUMNS = {
  value: 1,
  expected: 1,
  residual1: 1,
  residual2: 1,
  excess: 1,
  contrast: 1,
  smooth: 1,
  moved: 1,
  level: 1,
  profile: 48,
  hour: 60,
  hourMedian: 1,
  plume: 1,
  hourSpread2: 1,
  cusum: 1,
} as const;
export const I32_COLUMNS = {
  good: 1,
  hours: 1,
  missing: 1,
  same: 1,
  state: 1,
  high: 1,
  medium: 1,
  slow: 1,
  alone: 1,
  calm: 1,
  raised: 1,
  suspectSince: 1,
} as const;

type Columns<Shape, Kind> = { readonly [K in keyof Shape]: Kind };
export type SensorColumns = Columns<typeof F64_COLUMNS, Float64Array> &
  Columns<typeof F32_COLUMNS, Float32Array> &
  Columns<typeof I32_COLUMNS, Int32Array>;

/** An open incident and what is needed to follow it. */
export interface OpenLeak {
  incident: LeakIncident;
  sensor: number;
  /** Where it was first seen: it is followed within 3 m of it. */
  readonly anchorM: number;
  minutes: number;
  quietMinutes: number;
  toldUs: TimeUs;
  toldExcessC: number;
}

export interface RunScalars {
  minuteUs: TimeUs | null;
  minutes: number;
  gateUntilUs: TimeUs | null;
  transient: SegmentTransient | null;
  /** Slow mean of the pipe outside of transients. */
  pipeUsualC: number | null;
  /** Last 16 values, oldest first; `null` where unknown. */
  pipeC: (number | null)[];
  segmentC: (number | null)[];
  leaks: OpenLeak[];
  suspects: SensorSuspect[];
}

/** Everything the detector knows about one pipe run. `stepMinute` takes it over and hands it back changed. */
export interface RunState {
  readonly parameters: DetectorParameters;
  readonly near: Neighbourhood;
  readonly columns: SensorColumns;
  readonly scalars: RunScalars;
}

const allocate = (count: number): SensorColumns => {
  const make = <S extends Record<string, number>, A>(shape: S, of: (length: number) => A): Columns<S, A> =>
    Object.fromEntries(Object.entries(shape).map(([name, width]) => [name, of(width * count)])) as Columns<S, A>;
  return {
    ...make(F64_COLUMNS, (length) => new Float64Array(length)),
    ...make(F32_COLUMNS, (length) => new Float32Array(length)),
    ...make(I32_COLUMNS, (length) => new Int32Array(length)),
  };
};

/** A detector that knows nothing yet. Throws LayoutError. */
export function createRunState(layout: RunLayout, parameters: DetectorParameters = DEFAULT_PARAMETERS): RunState {
  const near = neighbourhoodOf(layout, parameters);
  const columns = allocate(near.count);
  for (const name of [
    'value',
    'expected',
    'residual1',
    'residual2',
    'excess',
    'contrast',
    'smooth',
    'level',
    'hour',
    'hourMedian',
  ] as const)
    columns[name].fill(NaN);
  return {
    parameters,
    near,
    columns,
    scalars: {
      minuteUs: null,
      minutes: 0,
      gateUntilUs: null,
      transient: null,
      pipeUsualC: null,
      pipeC: [],
      segmentC: [],
      leaks: [],
      suspects: [],
    },
  };
}

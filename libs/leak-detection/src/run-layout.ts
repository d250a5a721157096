import type { DetectorParameters } from './detector-parameters.js';

/** With fewer a leak disturbs most of its own reference (measured: 5 sensors reopen one leak ten times). */
export const MIN_SENSORS = 6;
/** Below this the reference is everything beyond the adjacent sensors. */
const SHORT_RUN = 14;

/** What the detector is told about a pipe run. */
export interface RunLayout {
  /** Position of each sensor along the pipe in metres, ascending. */
  readonly positionsM: readonly number[];
}

export class LayoutError extends Error {
  readonly code = 'LEAK_LAYOUT_INVALID';
  constructor(
    readonly concerned: string,
    problem: string,
    readonly remedy: string,
  ) {
    super(`${concerned} ${problem}. ${remedy}`);
    this.name = 'LayoutError';
  }
}

/** Who serves whom as reference and as neighbour; made once per run. */
export interface Neighbourhood {
  readonly count: number;
  readonly positionsM: Float64Array;
  /** Reference candidates of sensor i, nearest first. */
  readonly reference: readonly Int32Array[];
  /** How one-sided the reference of sensor i is: 0 as many on both sides, 1 all on one. */
  readonly lean: Float64Array;
  readonly minReference: number;
  readonly wantedReference: number;
  /** Sensors that a plume at i still reaches (nearer than the exclusion), without i, nearest first. */
  readonly near: readonly Int32Array[];
  /** Sensors beyond the plume yet still local: what they show together is weather, sun or draft. */
  readonly ring: readonly Int32Array[];
  /** A leak disturbs sensors nearer than this. */
  readonly leakReachM: number;
  /** Typical distance of two sensors in metres. */
  readonly spacingM: number;
}

/** Throws LayoutError unless there are at least 6 sensors in ascending order. */
export function neighbourhoodOf(layout: RunLayout, parameters: DetectorParameters): Neighbourhood {
  const positionsM = Float64Array.from(layout.positionsM);
  const count = positionsM.length;
  if (count < MIN_SENSORS)
    throw new LayoutError(
      'A pipe run',
      `of ${count} sensors has too few for a neighbour reference`,
      'Place at least 6.',
    );
  const gaps: number[] = [];
  for (let i = 1; i < count; i++) {
    const gap = (positionsM[i] ?? NaN) - (positionsM[i - 1] ?? NaN);
    if (!(gap > 0))
      throw new LayoutError(`Sensor ${i}`, 'does not lie behind the one before it', 'Order the sensors by position.');
    gaps.push(gap);
  }
  const spacingM = gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 1;
  // Sparse runs have their neighbours farther away than a plume reaches: exclude at least the adjacent sensors' nearer half.
  const excludedM = Math.max(parameters.excludedM, count < SHORT_RUN ? spacingM * 1.05 : spacingM * 2.05);
  const shortRun = count < SHORT_RUN;
  const referenceM = shortRun ? Infinity : Math.max(parameters.referenceM, spacingM * 10);
  const byDistance = (i: number): { j: number; m: number }[] =>
    Array.from(positionsM, (x, j) => ({ j, m: Math.abs(x - (positionsM[i] ?? 0)) }))
      .filter((other) => other.j !== i)
      .sort((a, b) => a.m - b.m || a.j - b.j);
  const leanOf = (i: number): number => {
    const used = (all[i] ?? [])
      .filter((other) => other.m > exclusion && other.m <= referenceM)
      .slice(0, parameters.referenceSensors);
    const left = used.filter((other) => other.j < i).length;
    return used.length === 0 ? 1 : Math.abs(2 * left - used.length) / used.length;
  };
  const indices = (list: { j: number }[]): Int32Array => Int32Array.from(list, (other) => other.j);
  const all = Array.from({ length: count }, (_, i) => byDistance(i));
  const exclusion = shortRun ? Math.min(excludedM, spacingM * 1.05) : excludedM;
  return {
    count,
    positionsM,
    reference: all.map((others) =>
      indices(
        others
          .filter((other) => other.m > exclusion && other.m <= referenceM)
          .slice(0, 2 * parameters.referenceSensors),
      ),
    ),
    lean: Float64Array.from(positionsM, (_, i) => leanOf(i)),
    minReference: shortRun ? 2 : parameters.minReferenceSensors,
    wantedReference: parameters.referenceSensors,
    near: all.map((others) => indices(others.filter((other) => other.m <= Math.max(excludedM, spacingM * 1.05)))),
    ring: all.map((others) =>
      indices(others.filter((other) => other.m > exclusion && other.m <= Math.max(10, spacingM * 6.1)).slice(0, 8)),
    ),
    leakReachM: shortRun ? 1.6 * spacingM : Math.max(4.5, 2.1 * spacingM),
    spacingM,
  };
}

import type { Interval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';
import type { CounterRules, CounterSample } from './counter.js';
import type { SteppedSample } from './stepped.js';

/** What a state code of a machine means for the time elements (OPC 40001-1 Annex C.2). */
export const TIME_ELEMENTS = ['running', 'idle', 'down', 'setup', 'planned-stop', 'unknown'] as const;
export type TimeElement = (typeof TIME_ELEMENTS)[number];

export interface StateMeaning {
  readonly name: string;
  readonly element: TimeElement;
}

export interface CounterSignal {
  /** Good readings in order of time, with the last one before the shift. */
  readonly samples: readonly CounterSample[];
  readonly rules: CounterRules;
  /** Stretches without a good reading: after a bad one up to the next good one, and those that nobody measured. */
  readonly missing: readonly Interval[];
}

export interface ProductRate {
  readonly productCode: number;
  readonly validFromUs: TimeUs;
  /** PRI, planned run time per item. */
  readonly secondsPerItem: number;
}

/** Everything that decides the yield of one line in one shift. */
export interface LineShift {
  readonly shift: Interval;
  /** May overlap each other and the shift's ends. */
  readonly plannedStops: readonly Interval[];
  /** Measured up to here; beyond it nothing is said. */
  readonly untilUs: TimeUs;
  /** Stretches in which nobody measured the state. */
  readonly unmeasured: readonly Interval[];
  /** State codes, with the last one before the shift; null for a code of bad quality. */
  readonly states: readonly SteppedSample[];
  readonly meanings: ReadonlyMap<number, StateMeaning>;
  /** Product codes, with the last one before the shift. */
  readonly products: readonly SteppedSample[];
  readonly rates: readonly ProductRate[];
  readonly good: CounterSignal;
  readonly reject: CounterSignal;
  readonly material: CounterSignal | null;
  readonly energy: CounterSignal | null;
  /** Stops shorter than this stay in APT as speed loss. */
  readonly microStopUs: number;
}

/** ISO 22400-2 leaves the border of a minor stop to the plant; five minutes is the field's habit. */
export const MICRO_STOP_US = 300_000_000;

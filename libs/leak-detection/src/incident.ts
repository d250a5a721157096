import type { TimeUs } from '@telltale/tag-sample';

export const DETECTION_PATHS = ['fast-high', 'fast-medium', 'slow'] as const;
export type DetectionPath = (typeof DETECTION_PATHS)[number];

/** One sensor of the evidence at the moment of the event. */
export interface SensorEvidence {
  readonly sensor: number;
  readonly positionM: number;
  readonly valueC: number | null;
  readonly expectedC: number | null;
  readonly excessC: number | null;
  /** Spread of the sensor in quiet times. */
  readonly spreadC: number;
}

/** One leak on one pipe run. */
export interface LeakIncident {
  /** Unique within the run and the same after every replay of the same minutes. */
  readonly key: string;
  readonly path: DetectionPath;
  readonly onsetUs: TimeUs;
  readonly detectedUs: TimeUs;
  readonly closedUs: TimeUs | null;
  readonly positionM: number;
  readonly plusMinusM: number;
  /** Excess at the place of the leak now, and the highest so far. */
  readonly excessC: number;
  readonly peakExcessC: number;
  /** Mean since the detection: what the loss is reckoned from. */
  readonly meanExcessC: number;
  /** 0.5..0.99: how clear the plume is, not how probable a leak is. */
  readonly confidence: number;
  readonly evidence: readonly SensorEvidence[];
}

export const SENSOR_STATES = [
  'learning',
  'good',
  'bad',
  'stale',
  'out-of-range',
  'jumping',
  'stuck',
  'suspect',
  'no-reference',
] as const;
export type SensorState = (typeof SENSOR_STATES)[number];

export interface SensorSuspect {
  readonly key: string;
  readonly sensor: number;
  readonly positionM: number;
  readonly reason: 'stuck' | 'out-of-range' | 'alone' | 'bad' | 'stale' | 'drift';
  readonly sinceUs: TimeUs;
  readonly closedUs: TimeUs | null;
  readonly excessC: number | null;
}

export interface SegmentTransient {
  readonly key: string;
  readonly sinceUs: TimeUs;
  readonly closedUs: TimeUs | null;
  /** What moved: the pipe or the median of the segment, in °C within 15 min. */
  readonly cause: 'pipe' | 'segment';
  readonly changeC: number;
}

export type DetectorEvent =
  | { readonly kind: 'leak-opened' | 'leak-updated' | 'leak-closed'; readonly incident: LeakIncident }
  | { readonly kind: 'suspect-opened' | 'suspect-closed'; readonly suspect: SensorSuspect }
  | { readonly kind: 'transient-opened' | 'transient-closed'; readonly transient: SegmentTransient };

import type { Quality } from '../generated/graphql';

export interface StripSensor {
  readonly tagId: string;
  readonly name: string;
  readonly positionM: number;
  readonly unit: string;
  readonly value: number | null;
  /** Measured minus expected in °C; null while learning. */
  readonly excess: number | null;
  readonly expected: number | null;
  readonly quality: Quality | null;
  readonly stale: boolean;
}

export interface StripMarker {
  readonly id: string;
  readonly positionM: number;
  readonly plusMinusM: number;
  readonly priority: number;
  readonly isSeen: boolean;
}

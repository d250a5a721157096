import type { TimeUs } from '@telltale/tag-sample';
import type { PlantSample, TagHistory } from './history/tag-history.js';
import type { TagLayout } from './layout/plant-layout.js';

/** A tag of the plant with its past. */
export interface PlantTag {
  readonly layout: TagLayout;
  readonly history: TagHistory;
  /** Double, or an unsigned integer for states and counters. */
  readonly dataType: 'double' | 'uint32' | 'uint16';
}

/** Receives every sample as the plant produces it; `index` is the tag's place in the plant's `tags`. */
export type SampleSink = (index: number, sample: PlantSample) => void;

/** The physical side of a plant: it is stepped, and it knows nothing about OPC UA or Modbus. */
export interface PlantModel {
  readonly tags: readonly PlantTag[];
  /** Length of a live step of the fastest tag. */
  readonly stepUs: number;
  /** Runs all steps that are due until `nowUs`. */
  advance(nowUs: TimeUs): void;
  /** Newest sample of a tag. */
  latest(index: number): PlantSample | undefined;
}

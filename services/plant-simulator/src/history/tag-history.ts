import type { StatusCode, TimeUs } from '@telltale/tag-sample';

export interface PlantSample {
  readonly sourceTimeUs: TimeUs;
  /** NaN when the status is bad. */
  readonly value: number;
  readonly status: StatusCode;
}

/** What a plant remembers of one tag. */
export interface TagHistory {
  /** Samples in [fromUs, toUs), oldest first, at most `limit`. */
  read(fromUs: TimeUs, toUs: TimeUs, limit: number): readonly PlantSample[];
}

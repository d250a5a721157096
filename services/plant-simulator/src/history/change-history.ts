import { Status, type TimeUs } from '@telltale/tag-sample';
import type { PlantSample, TagHistory } from './tag-history.js';

/** Every change of a state-like tag with its exact time. Forgets the oldest half when full. */
export class ChangeHistory implements TagHistory {
  private changes: PlantSample[] = [];

  constructor(private readonly capacity: number) {}

  /** Returns false when the value is the one before. */
  append(sourceTimeUs: TimeUs, value: number): boolean {
    const last = this.changes.at(-1);
    if (last !== undefined && (last.value === value || last.sourceTimeUs >= sourceTimeUs)) return false;
    if (this.changes.length >= this.capacity) this.changes = this.changes.slice(this.capacity >> 1);
    this.changes.push({ sourceTimeUs, value, status: Status.Good });
    return true;
  }

  get latest(): PlantSample | undefined {
    return this.changes.at(-1);
  }

  read(fromUs: TimeUs, toUs: TimeUs, limit: number): readonly PlantSample[] {
    const first = this.changes.findIndex((change) => change.sourceTimeUs >= fromUs);
    if (first < 0) return [];
    const end = this.changes.findIndex((change) => change.sourceTimeUs >= toUs);
    return this.changes.slice(first, Math.min(end < 0 ? this.changes.length : end, first + limit));
  }
}

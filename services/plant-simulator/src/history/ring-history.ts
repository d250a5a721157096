import { Status, type TimeUs } from '@telltale/tag-sample';
import type { PlantSample, TagHistory } from './tag-history.js';

export type ColumnKind = 'int16' | 'uint32' | 'float32';

export interface HistoryColumn {
  readonly kind: ColumnKind;
  /** Stored number = value × this: 10 keeps one decimal. */
  readonly perUnit: number;
}

/** Stored in an int16 column for a value that is not there. */
const NO_VALUE = -32_768;

const storageFor = (kind: ColumnKind, capacity: number): Int16Array | Uint32Array | Float32Array => {
  if (kind === 'int16') return new Int16Array(capacity);
  return kind === 'uint32' ? new Uint32Array(capacity) : new Float32Array(capacity);
};

/** The newest `capacity` rows of several tags that are always recorded together; 2 to 4 bytes per value. */
export class RingHistory {
  private readonly times: Float64Array;
  private readonly cells: readonly (Int16Array | Uint32Array | Float32Array)[];
  /** Rows appended since the beginning; row r lies in slot r modulo capacity. */
  private appended = 0;

  constructor(
    private readonly capacity: number,
    private readonly columns: readonly HistoryColumn[],
  ) {
    this.times = new Float64Array(capacity);
    this.cells = columns.map((column) => storageFor(column.kind, capacity));
  }

  /** Undefined while empty. */
  get oldestUs(): TimeUs | undefined {
    return this.appended === 0 ? undefined : this.timeOf(this.firstRow);
  }

  /** Times must grow. Returns false for a row that is not newer than the last. */
  append(timeUs: TimeUs, values: ArrayLike<number>): boolean {
    if (this.appended > 0 && this.timeOf(this.appended - 1) >= timeUs) return false;
    const slot = this.appended % this.capacity;
    this.times[slot] = timeUs;
    for (let column = 0; column < this.cells.length; column++) {
      const cells = this.cells[column];
      const value = values[column];
      if (cells === undefined || value === undefined) continue;
      const scaled = value * this.perUnit(column);
      cells[slot] = Number.isNaN(scaled) ? NO_VALUE : cells instanceof Float32Array ? scaled : Math.round(scaled);
    }
    this.appended++;
    return true;
  }

  column(index: number): TagHistory {
    return { read: (fromUs, toUs, limit) => this.read(index, fromUs, toUs, limit) };
  }

  private read(column: number, fromUs: TimeUs, toUs: TimeUs, limit: number): readonly PlantSample[] {
    const cells = this.cells[column];
    const perUnit = this.perUnit(column);
    const found: PlantSample[] = [];
    if (cells === undefined) return found;
    for (let row = this.firstRowAtOrAfter(fromUs); row < this.appended && found.length < limit; row++) {
      const sourceTimeUs = this.timeOf(row);
      if (sourceTimeUs >= toUs) break;
      const stored = cells[row % this.capacity] ?? NO_VALUE;
      const missing = cells instanceof Int16Array && stored === NO_VALUE;
      found.push({ sourceTimeUs, value: missing ? Number.NaN : stored / perUnit, status: missing ? Status.BadSensorFailure : Status.Good });
    }
    return found;
  }

  private get firstRow(): number {
    return Math.max(0, this.appended - this.capacity);
  }

  private timeOf(row: number): TimeUs {
    return this.times[row % this.capacity] ?? 0;
  }

  private perUnit(column: number): number {
    return this.columns[column]?.perUnit ?? 1;
  }

  private firstRowAtOrAfter(timeUs: TimeUs): number {
    let low = this.firstRow;
    let high = this.appended;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(middle) < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

import { emptyColumns, pickColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';

/** Samples of several tags as they come, given back in time order. */
export class SampleHeap {
  private columns: SampleColumns = emptyColumns(8_192);
  count = 0;

  add(tagId: number, value: number, sourceTimeUs: number, serverTimeUs: number, status: number): void {
    if (this.count === this.columns.tagIds.length) this.grow();
    const at = this.count++;
    this.columns.tagIds[at] = tagId;
    this.columns.values[at] = value;
    this.columns.sourceTimesUs[at] = sourceTimeUs;
    this.columns.serverTimesUs[at] = serverTimeUs;
    this.columns.statuses[at] = status;
  }

  /** All of them, oldest first (stable), in pieces. */
  *pieces(size: number): Generator<SampleColumns> {
    const times = this.columns.sourceTimesUs;
    const order = Uint32Array.from({ length: this.count }, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    for (let at = 0; at < order.length; at += size) yield pickColumns(this.columns, order.subarray(at, at + size));
  }

  /** Everything so far, as a heap of its own; this one is empty then. */
  take(): SampleHeap {
    const taken = new SampleHeap();
    if (this.count === 0) return taken;
    [taken.columns, this.columns] = [this.columns, taken.columns];
    [taken.count, this.count] = [this.count, 0];
    return taken;
  }

  private grow(): void {
    const wider = emptyColumns(this.columns.tagIds.length * 2);
    const old = sliceColumns(this.columns, 0, this.count);
    wider.tagIds.set(old.tagIds);
    wider.values.set(old.values);
    wider.sourceTimesUs.set(old.sourceTimesUs);
    wider.serverTimesUs.set(old.serverTimesUs);
    wider.statuses.set(old.statuses);
    this.columns = wider;
  }
}

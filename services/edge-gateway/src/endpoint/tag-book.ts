import type { TimeUs } from '@telltale/tag-sample';

const NEVER = -1;

/** What the gateway last recorded of each tag of one endpoint. Columnar, because it is touched for every sample. */
export class TagBook {
  private readonly rowOf = new Map<number, number>();
  private tagIds = new Int32Array(64);
  /** Newest recorded source time; -1 = never recorded. */
  private lastUs: Float64Array = new Float64Array(64);
  private lastGoodUs: Float64Array = new Float64Array(64);
  private value: Float64Array = new Float64Array(64);
  private status = new Uint32Array(64);
  private passedUs: Float64Array = new Float64Array(64);
  /** Newest source time over all tags; -1 when nothing was ever recorded. */
  newestUs: TimeUs = NEVER;
  dirty = false;

  row(tagId: number): number {
    const known = this.rowOf.get(tagId);
    if (known !== undefined) return known;
    const row = this.rowOf.size;
    if (row === this.tagIds.length) this.grow();
    this.rowOf.set(tagId, row);
    this.tagIds[row] = tagId;
    this.lastUs[row] = NEVER;
    this.lastGoodUs[row] = NEVER;
    this.value[row] = NaN;
    this.status[row] = 0xffffffff;
    this.passedUs[row] = NEVER;
    return row;
  }

  knows(tagId: number): boolean {
    return this.rowOf.has(tagId);
  }

  lastOf(tagId: number): TimeUs {
    const row = this.rowOf.get(tagId);
    return row === undefined ? NEVER : (this.lastUs[row] ?? NEVER);
  }

  lastGoodOf(row: number): TimeUs {
    return this.lastGoodUs[row] ?? NEVER;
  }

  wasGood(row: number): boolean {
    return (this.status[row] ?? 0xffffffff) >>> 30 === 0;
  }

  /** Whether a value was seen in this process. */
  seen(row: number): boolean {
    return this.status[row] !== 0xffffffff;
  }

  lastSourceUs(row: number): TimeUs {
    return this.lastUs[row] ?? NEVER;
  }

  lastValue(row: number): number {
    return this.value[row] ?? NaN;
  }

  lastStatus(row: number): number {
    return this.status[row] ?? 0;
  }

  lastPassedUs(row: number): TimeUs {
    return this.passedUs[row] ?? NEVER;
  }

  note(row: number, value: number, sourceTimeUs: TimeUs, status: number): void {
    this.value[row] = value;
    this.status[row] = status;
    this.passedUs[row] = sourceTimeUs;
    if (sourceTimeUs > (this.lastUs[row] ?? NEVER)) this.lastUs[row] = sourceTimeUs;
    if (status >>> 30 === 0 && sourceTimeUs > (this.lastGoodUs[row] ?? NEVER)) this.lastGoodUs[row] = sourceTimeUs;
    if (sourceTimeUs > this.newestUs) this.newestUs = sourceTimeUs;
    this.dirty = true;
  }

  /** Only the time is noted: everything of the tag before it is known. */
  reach(tagId: number, upToUs: TimeUs): void {
    const row = this.row(tagId);
    this.lastUs[row] = Math.max(this.lastUs[row] ?? NEVER, upToUs);
  }

  get size(): number {
    return this.rowOf.size;
  }

  /** Tag ids and times, base64. */
  serialise(): string {
    const count = this.rowOf.size;
    const bytes = Buffer.alloc(count * 12);
    for (let row = 0; row < count; row++) {
      bytes.writeInt32LE(this.tagIds[row] ?? 0, row * 4);
      bytes.writeDoubleLE(this.lastUs[row] ?? NEVER, count * 4 + row * 8);
    }
    return bytes.toString('base64');
  }

  /** Takes up what `serialise` wrote; a damaged text is ignored. */
  restore(table: string, newestUs: TimeUs): void {
    const bytes = Buffer.from(table, 'base64');
    if (bytes.length % 12 !== 0) return;
    const count = bytes.length / 12;
    for (let at = 0; at < count; at++) {
      const row = this.row(bytes.readInt32LE(at * 4));
      this.lastUs[row] = bytes.readDoubleLE(count * 4 + at * 8);
    }
    this.newestUs = Math.max(this.newestUs, newestUs);
  }

  private grow(): void {
    const size = this.tagIds.length * 2;
    const wider = (old: Float64Array): Float64Array => {
      const next = new Float64Array(size);
      next.set(old);
      return next;
    };
    const tagIds = new Int32Array(size);
    tagIds.set(this.tagIds);
    const status = new Uint32Array(size);
    status.set(this.status);
    this.tagIds = tagIds;
    this.status = status;
    this.lastUs = wider(this.lastUs);
    this.lastGoodUs = wider(this.lastGoodUs);
    this.value = wider(this.value);
    this.passedUs = wider(this.passedUs);
  }
}

/** When tags are due. Drift-free: the k-th scan is at start + k × interval, however long a scan takes. */
export class ScanSchedule<T> {
  private readonly groups: { readonly intervalMs: number; readonly tags: readonly T[]; dueMs: number }[];
  /** Scans that did not happen because an earlier one took too long. */
  skipped = 0;

  constructor(tags: readonly T[], intervalOf: (tag: T) => number, startMs: number) {
    const byInterval = new Map<number, T[]>();
    for (const tag of tags) {
      const known = byInterval.get(intervalOf(tag));
      if (known) known.push(tag);
      else byInterval.set(intervalOf(tag), [tag]);
    }
    this.groups = [...byInterval].map(([intervalMs, members]) => ({ intervalMs, tags: members, dueMs: startMs }));
  }

  /** Time of the next scan; Infinity when there is nothing to scan. */
  nextMs(): number {
    return this.groups.reduce((earliest, group) => Math.min(earliest, group.dueMs), Infinity);
  }

  /** Everything due now in one list (so that the connector can join requests), and plans its next scan. */
  takeDue(nowMs: number): T[] {
    const due: T[] = [];
    for (const group of this.groups) {
      if (group.dueMs > nowMs) continue;
      due.push(...group.tags);
      const periods = Math.floor((nowMs - group.dueMs) / group.intervalMs);
      this.skipped += periods;
      group.dueMs += (periods + 1) * group.intervalMs;
    }
    return due;
  }
}

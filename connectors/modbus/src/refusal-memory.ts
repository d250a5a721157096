import type { ModbusTable } from './modbus.address.js';
import { areaOf, type LearnedLimits } from './tag-reads.js';

const REMEMBERED_MS = 10 * 60_000;

interface Refused {
  readonly unit: number;
  readonly table: ModbusTable;
  readonly from: number;
  readonly to: number;
  readonly untilMs: number;
}

/** Remembers for ten minutes what a device refused, so that one bad tag costs its neighbours one poll at most. */
export class RefusalMemory {
  private refused: Refused[] = [];
  private readonly noGapsUntilMs = new Map<string, number>();
  /** Changes with everything learned or forgotten. */
  version = 0;

  learnRefused(unit: number, table: ModbusTable, from: number, to: number, nowMs: number): void {
    this.refused.push({ unit, table, from, to, untilMs: nowMs + REMEMBERED_MS });
    this.version++;
  }

  learnNoGaps(unit: number, table: ModbusTable, nowMs: number): void {
    this.noGapsUntilMs.set(areaOf({ unit, table }), nowMs + REMEMBERED_MS);
    this.version++;
  }

  limits(nowMs: number): LearnedLimits {
    const before = this.refused.length + this.noGapsUntilMs.size;
    this.refused = this.refused.filter(({ untilMs }) => untilMs > nowMs);
    for (const [area, untilMs] of this.noGapsUntilMs) if (untilMs <= nowMs) this.noGapsUntilMs.delete(area);
    if (this.refused.length + this.noGapsUntilMs.size !== before) this.version++;
    return { refused: this.refused, noGaps: new Set(this.noGapsUntilMs.keys()) };
  }

  clear(): void {
    this.refused = [];
    this.noGapsUntilMs.clear();
    this.version++;
  }
}

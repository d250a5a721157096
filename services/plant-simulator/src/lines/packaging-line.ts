import type { TimeUs } from '@telltale/tag-sample';
import { seedOf } from '../chance/hashed-chance.js';
import { itemsBetween, overlay, type LineInterval } from './line-interval.js';
import { LineState } from './line-state.js';
import { planShift, type LineProduct, type ShiftFrame } from './shift-plan.js';

export interface PackagingLinePlan {
  readonly slug: string;
  readonly products: readonly LineProduct[];
  /** Counter width: 65 535 or 4 294 967 295. */
  readonly goodMax: number;
  readonly rejectMax: number;
  readonly goodStart: number;
  readonly rejectStart: number;
  readonly gramsPerItem: number;
  readonly runningWatts: number;
  readonly standingWatts: number;
}

/** Everything counted since the line was first switched on; good and reject since the last reset in the PLC's registers. */
export interface LineTotals {
  readonly good: number;
  readonly reject: number;
  readonly goodRegister: number;
  readonly rejectRegister: number;
  readonly materialG: number;
  /** Watt-milliseconds: whole numbers, so that the sum is exact. */
  readonly energyWms: number;
}

const KEPT_SHIFTS = 60;
const ALL_OF_TIME = Number.POSITIVE_INFINITY;

interface Scripted {
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly change: (piece: LineInterval) => Partial<LineInterval>;
}

/** One packaging line, stepped forwards; the step's length makes no difference to what it makes. */
export class PackagingLine {
  totals: LineTotals;
  private readonly seed: number;
  private plan: LineInterval[] = [];
  private scripted: Scripted[] = [];
  private shiftEndUs: TimeUs;
  private fresh = true;

  constructor(
    plantSeed: number,
    readonly line: PackagingLinePlan,
    private readonly shiftAt: (timeUs: TimeUs) => ShiftFrame,
    /** Start of a shift. */
    public nowUs: TimeUs,
    totals?: LineTotals,
  ) {
    this.seed = seedOf(plantSeed, line.slug);
    this.shiftEndUs = nowUs;
    this.totals = totals ?? { good: 0, reject: 0, goodRegister: line.goodStart, rejectRegister: line.rejectStart, materialG: 0, energyWms: 0 };
  }

  get goodRegister(): number {
    return this.totals.goodRegister % (this.line.goodMax + 1);
  }

  get rejectRegister(): number {
    return this.totals.rejectRegister % (this.line.rejectMax + 1);
  }

  /** Kilowatt-hours × 100, a counter of 32 bits. */
  get energyRegister(): number {
    return Math.floor(this.totals.energyWms / 3.6e7) % 4_294_967_296;
  }

  get materialRegister(): number {
    return this.totals.materialG % 4_294_967_296;
  }

  /** Runs up to and including `untilUs`; returns the intervals that began on the way. */
  advance(untilUs: TimeUs): readonly LineInterval[] {
    this.planUntil(untilUs);
    const begun: LineInterval[] = [];
    for (let i = this.firstAt(this.nowUs); i < this.plan.length; i++) {
      const interval = this.plan[i];
      if (!interval || interval.startUs > untilUs) break;
      if (interval.startUs > this.nowUs || this.fresh) begun.push(interval);
      this.fresh = false;
      this.count(interval, Math.max(this.nowUs, interval.startUs), Math.min(untilUs, interval.endUs));
    }
    this.nowUs = untilUs;
    return begun;
  }

  /** What the line does at its present instant. */
  current(): LineInterval | undefined {
    return this.plan[this.firstAt(this.nowUs)];
  }

  /** Changes the plan of [fromUs, toUs); the past can't be changed. */
  script(fromUs: TimeUs, toUs: TimeUs, change: (piece: LineInterval) => Partial<LineInterval>): void {
    const scripted: Scripted = { fromUs: Math.max(fromUs, this.nowUs + 1000), toUs, change };
    this.scripted.push(scripted);
    this.plan = [...overlay(this.plan, scripted.fromUs, toUs, change)];
  }

  /** PLC restart: the registers begin at 0. */
  resetRegisters(): void {
    this.totals = { ...this.totals, goodRegister: 0, rejectRegister: 0 };
  }

  /** Exact production in [fromUs, toUs) by product, as far as the line remembers its plan. */
  produced(fromUs: TimeUs, toUs: TimeUs): ReadonlyMap<number, { readonly good: number; readonly reject: number }> {
    const byProduct = new Map<number, { good: number; reject: number }>();
    for (const interval of this.intervals(fromUs, toUs)) {
      const made = itemsBetween(this.seed, interval, fromUs - 1, Math.min(toUs - 1, this.nowUs));
      const sum = byProduct.get(interval.productCode) ?? { good: 0, reject: 0 };
      byProduct.set(interval.productCode, { good: sum.good + made.good, reject: sum.reject + made.reject });
    }
    return byProduct;
  }

  /** States that touch [fromUs, toUs), whole, oldest first, up to the present. */
  intervals(fromUs: TimeUs, toUs: TimeUs = ALL_OF_TIME): readonly LineInterval[] {
    return this.plan.filter((interval) => interval.endUs > fromUs && interval.startUs < toUs && interval.startUs <= this.nowUs);
  }

  private count(interval: LineInterval, afterUs: TimeUs, untilUs: TimeUs): void {
    if (untilUs <= afterUs) return;
    const made = itemsBetween(this.seed, interval, afterUs, untilUs);
    const watts = interval.state === LineState.Running ? this.line.runningWatts : this.line.standingWatts;
    const t = this.totals;
    this.totals = {
      good: t.good + made.good,
      reject: t.reject + made.reject,
      goodRegister: t.goodRegister + made.good,
      rejectRegister: t.rejectRegister + made.reject,
      materialG: t.materialG + (made.good + made.reject) * this.line.gramsPerItem,
      energyWms: t.energyWms + (watts * (untilUs - afterUs)) / 1000,
    };
  }

  private planUntil(untilUs: TimeUs): void {
    while (this.shiftEndUs <= untilUs) {
      const frame = this.shiftAt(this.shiftEndUs);
      let shift = planShift(this.seed, frame, this.line.products);
      for (const { fromUs, toUs, change } of this.scripted) shift = overlay(shift, fromUs, toUs, change);
      this.plan.push(...shift);
      this.shiftEndUs = frame.endUs;
      this.scripted = this.scripted.filter((entry) => entry.toUs > this.nowUs);
      this.forget();
    }
  }

  private forget(): void {
    const horizonUs = this.nowUs - KEPT_SHIFTS * 8 * 3600e6;
    if ((this.plan[0]?.endUs ?? ALL_OF_TIME) < horizonUs) this.plan = this.plan.filter((interval) => interval.endUs >= horizonUs);
  }

  private firstAt(timeUs: TimeUs): number {
    let low = 0;
    let high = this.plan.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.plan[middle]?.endUs ?? 0) <= timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

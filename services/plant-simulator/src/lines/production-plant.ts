import { ShiftCalendar } from '@telltale/plant-calendar';
import { Status, type TimeUs } from '@telltale/tag-sample';
import { seedOf } from '../chance/hashed-chance.js';
import { ChangeHistory } from '../history/change-history.js';
import { RingHistory } from '../history/ring-history.js';
import type { PlantSample } from '../history/tag-history.js';
import type { PlantLayout, TagLayout } from '../layout/plant-layout.js';
import type { PlantModel, PlantTag, SampleSink } from '../plant-tag.js';
import type { ScenarioLog } from '../scenario/scenario-log.js';
import { UnknownPlantThing } from '../plant-simulator.errors.js';
import { airFlowAt, type AirLeak } from './compressed-air.js';
import { LineScript } from './line-script.js';
import { LineState } from './line-state.js';
import { PackagingLine, type LineTotals, type PackagingLinePlan } from './packaging-line.js';
import type { LineInterval } from './line-interval.js';
import type { ShiftFrame } from './shift-plan.js';

const STEP_US = 1e6;
/** Counters and flow are remembered this often. */
const HISTORY_US = 10e6;
const DAY_US = 86_400e6;
const CHANGES_KEPT = 40_000;

/** Totals of every line at the start of a shift: from here a restarted plant counts on. */
export interface ProductionCheckpoint {
  readonly shiftStartUs: TimeUs;
  readonly lines: Readonly<Record<string, LineTotals>>;
}

interface LineHistory {
  readonly line: PackagingLine;
  readonly script: LineScript;
  readonly changes: { readonly state: ChangeHistory; readonly product: ChangeHistory; readonly speed: ChangeHistory };
  readonly counters: RingHistory;
  /** Index of the line's first tag; the order is state, product, speed, good, reject, energy, material. */
  readonly firstTag: number;
}

const CHANGE_ORDER = ['state', 'product', 'speed'] as const;

/** Items per minute, two decimals. */
const speedOf = (interval: LineInterval): number => (interval.state === LineState.Running ? Math.round(6e9 / interval.cycleUs) / 100 : 0);

/** Packaging lines and compressed air with their history: changes as they happen, counters every 10 s. */
export class ProductionPlant implements PlantModel {
  readonly stepUs = STEP_US;
  readonly tags: readonly PlantTag[];
  readonly lines: ReadonlyMap<string, LineHistory>;
  private readonly calendar: ShiftCalendar;
  private readonly air: RingHistory;
  private readonly airSeed: number;
  private reachedUs: TimeUs;
  private airFlow = 0;
  private live = false;
  private frame: ShiftFrame | undefined;

  constructor(
    private readonly layout: PlantLayout,
    seed: number,
    startUs: TimeUs,
    historyDays: number,
    plans: readonly PackagingLinePlan[],
    checkpoints: readonly ProductionCheckpoint[],
    private readonly log: ScenarioLog,
    private readonly sink: SampleSink,
    private readonly onShift: (checkpoint: ProductionCheckpoint) => void,
  ) {
    this.calendar = new ShiftCalendar(layout.site.timeZone, [layout.shiftPattern]);
    this.airSeed = seedOf(seed, 'compressed-air');
    const wantedUs = startUs - historyDays * DAY_US;
    const base = checkpoints.findLast((checkpoint) => checkpoint.shiftStartUs <= wantedUs) ?? checkpoints[0];
    this.reachedUs = base?.shiftStartUs ?? this.frameAt(wantedUs).startUs;
    const rows = ((historyDays + 1) * DAY_US) / HISTORY_US;
    this.air = new RingHistory(rows, [{ kind: 'float32', perUnit: 1 }]);
    this.lines = new Map(plans.map((plan, i) => [plan.slug, this.lineHistory(plan, seed, rows, i * 7, base?.lines[plan.slug])]));
    this.tags = this.makeTags();
    this.advance(startUs);
    this.live = true;
  }

  lineNamed(slug: string): LineHistory {
    const line = this.lines.get(slug);
    if (!line) throw new UnknownPlantThing('line', slug, [...this.lines.keys()]);
    return line;
  }

  advance(nowUs: TimeUs): void {
    const stepUs = this.live ? STEP_US : HISTORY_US;
    while ((Math.floor(this.reachedUs / stepUs) + 1) * stepUs <= nowUs) this.step((Math.floor(this.reachedUs / stepUs) + 1) * stepUs);
    // The past ends in steps of 10 s; the last seconds up to the start are live steps.
    if (!this.live) while (this.reachedUs + STEP_US <= nowUs) this.step(this.reachedUs + STEP_US);
  }

  latest(index: number): PlantSample | undefined {
    for (const line of this.lines.values()) {
      const place = index - line.firstTag;
      if (place < 0 || place >= 7) continue;
      const change = CHANGE_ORDER[place];
      return change ? line.changes[change].latest : this.nowSample(this.counters(line)[place - 3] ?? Number.NaN);
    }
    return this.nowSample(this.airFlow);
  }

  /** The registers as the controller holds them at this moment. */
  registers(slug: string): { readonly good: number; readonly reject: number; readonly energy: number; readonly material: number } {
    const { line } = this.lineNamed(slug);
    return { good: line.goodRegister, reject: line.rejectRegister, energy: line.energyRegister, material: line.materialRegister };
  }

  get airFlowNm3h(): number {
    return this.airFlow;
  }

  /** End of the shift that contains the instant. */
  shiftEnd(timeUs: TimeUs): TimeUs {
    return this.frameAt(timeUs).endUs;
  }

  private lineHistory(plan: PackagingLinePlan, seed: number, rows: number, firstTag: number, totals?: LineTotals): LineHistory {
    const line = new PackagingLine(seed, plan, (timeUs) => this.frameAt(timeUs), this.reachedUs, totals);
    return {
      line,
      script: new LineScript(line, this.log, (timeUs) => this.shiftEnd(timeUs)),
      changes: { state: new ChangeHistory(CHANGES_KEPT), product: new ChangeHistory(CHANGES_KEPT), speed: new ChangeHistory(CHANGES_KEPT) },
      counters: new RingHistory(rows, [
        { kind: 'uint32', perUnit: 1 },
        { kind: 'uint32', perUnit: 1 },
        { kind: 'uint32', perUnit: 100 },
        { kind: 'uint32', perUnit: 1_000 },
      ]),
      firstTag,
    };
  }

  private makeTags(): readonly PlantTag[] {
    const tags: PlantTag[] = [];
    const plain = (layout: TagLayout | undefined, history: PlantTag['history'], dataType: PlantTag['dataType']): void => {
      if (layout) tags.push({ layout, history, dataType });
    };
    for (const { firstTag, changes, counters } of this.lines.values()) {
      const at = (place: number): TagLayout | undefined => this.layout.tags[firstTag + place];
      plain(at(0), changes.state, 'uint16');
      plain(at(1), changes.product, 'uint16');
      plain(at(2), changes.speed, 'double');
      plain(at(3), counters.column(0), 'uint32');
      plain(at(4), counters.column(1), 'uint32');
      plain(at(5), counters.column(2), 'double');
      plain(at(6), counters.column(3), 'double');
    }
    plain(this.layout.tags[tags.length], this.air.column(0), 'double');
    return tags;
  }

  private step(toUs: TimeUs): void {
    const shiftStartUs = this.frameAt(toUs).startUs;
    for (const line of this.lines.values()) this.stepLine(line, toUs);
    const crossed = shiftStartUs > this.reachedUs && shiftStartUs <= toUs;
    this.reachedUs = toUs;
    const running = [...this.lines.values()].filter(({ line }) => line.current()?.state === LineState.Running).length;
    this.airFlow = airFlowAt(this.airSeed, toUs, running, this.airLeaks());
    if (toUs % HISTORY_US === 0) this.air.append(toUs, [this.airFlow]);
    if (this.live) this.sink(this.tags.length - 1, this.nowSample(this.airFlow));
    // Shifts begin on whole minutes, hence exactly at a step.
    if (crossed && shiftStartUs === toUs) this.onShift({ shiftStartUs, lines: Object.fromEntries([...this.lines].map(([slug, { line }]) => [slug, line.totals])) });
  }

  private stepLine(history: LineHistory, toUs: TimeUs): void {
    const { line, script, counters, firstTag } = history;
    for (const resetUs of script.resetsUntil(toUs)) {
      this.announce(history, line.advance(resetUs - 1_000));
      counters.append(resetUs - 1_000, this.counters(history));
      line.resetRegisters();
      counters.append(resetUs, this.counters(history));
    }
    this.announce(history, line.advance(toUs));
    if (toUs % HISTORY_US === 0 && !script.isDown(toUs)) counters.append(toUs, this.counters(history));
    if (!this.live) return;
    const row = this.counters(history);
    for (let place = 3; place < 7; place++) this.sink(firstTag + place, { sourceTimeUs: toUs, value: row[place - 3] ?? Number.NaN, status: script.isDown(toUs) ? Status.BadNoCommunication : Status.Good });
  }

  private announce({ changes, firstTag }: LineHistory, begun: readonly LineInterval[]): void {
    for (const interval of begun) {
      const values = { state: interval.state, product: interval.productCode, speed: speedOf(interval) };
      for (const [place, name] of CHANGE_ORDER.entries()) {
        if (!changes[name].append(interval.startUs, values[name])) continue;
        if (this.live) this.sink(firstTag + place, { sourceTimeUs: interval.startUs, value: values[name], status: Status.Good });
      }
    }
  }

  private counters({ line }: LineHistory): readonly number[] {
    return [line.goodRegister, line.rejectRegister, line.energyRegister / 100, line.materialRegister / 1_000];
  }

  private airLeaks(): readonly AirLeak[] {
    const repairs = new Map(this.log.of('air-leak-repair').map((repair) => [repair.leakId, repair.atUs]));
    return this.log.of('air-leak').map(({ leakId, fromUs, flowNm3h }) => {
      const repairedUs = repairs.get(leakId);
      return { leakId, fromUs, flowNm3h, ...(repairedUs === undefined ? {} : { repairedUs }) };
    });
  }

  private nowSample(value: number): PlantSample {
    return { sourceTimeUs: this.reachedUs, value, status: Status.Good };
  }

  private frameAt(timeUs: TimeUs): ShiftFrame {
    if (this.frame && timeUs >= this.frame.startUs && timeUs < this.frame.endUs) return this.frame;
    const shift = this.calendar.shiftAt(timeUs);
    if (!shift) throw new UnknownPlantThing('shift at', new Date(timeUs / 1000).toISOString(), this.layout.shiftPattern.shifts.map(({ name }) => name));
    this.frame = { startUs: shift.startUs, endUs: shift.endUs, plannedStops: this.calendar.plannedStops(shift) };
    return this.frame;
  }
}

import type { TimeUs } from '@telltale/tag-sample';
import { UnknownPlantThing } from '../plant-simulator.errors.js';
import type { LineInterval } from '../lines/line-interval.js';
import type { ProductLayout } from '../layout/plant-layout.js';
import type { ScenarioEvent, ScenarioEventOf } from './scenario-event.js';

const wholeMs = (us: number): TimeUs => Math.ceil(us / 1000) * 1000;

export interface RestartRequest {
  readonly line: string;
  /** How long the controller answers nobody, plant seconds. */
  readonly downSeconds?: number;
  /** The machine stands still for this long before and after, plant seconds; so a poller sees the last count. */
  readonly haltSeconds?: number;
  readonly atUs?: TimeUs;
}

/** What can be done to the packaging lines while they run. */
export class LineControl {
  constructor(
    private readonly lines: readonly string[],
    private readonly products: readonly ProductLayout[],
    private readonly clock: { now(): TimeUs; readonly speed: number },
    private readonly happen: (event: ScenarioEvent) => void,
    private readonly nextId: (prefix: string) => string,
  ) {}

  /** Stops a line with a reason (a state of `LineState` other than running) for some minutes. */
  stopLine(line: string, state: Extract<LineInterval['state'], 2 | 3 | 4 | 5 | 6 | 7>, minutes: number, atUs = this.clock.now()): void {
    const fromUs = this.at(line, atUs);
    this.happen({ kind: 'line-stop', line, state, fromUs, toUs: fromUs + minutes * 60e6 });
  }

  /** Lets a line run without any stop: a production script with known numbers. */
  runLine(line: string, minutes: number, secondsPerItem: number, rejectShare: number, atUs = this.clock.now()): void {
    const fromUs = this.at(line, atUs);
    this.happen({ kind: 'line-run', line, fromUs, toUs: fromUs + minutes * 60e6, secondsPerItem, rejectShare });
  }

  burstOfRejects(line: string, rejectShare: number, minutes: number, atUs = this.clock.now()): void {
    const fromUs = this.at(line, atUs);
    this.happen({ kind: 'reject-burst', line, fromUs, toUs: fromUs + minutes * 60e6, rejectShare });
  }

  /** Until the end of the shift. */
  changeProduct(line: string, productCode: number, setupMinutes: number, atUs = this.clock.now()): void {
    const fromUs = this.at(line, atUs);
    const codes = this.products.map(({ code }) => code);
    if (!codes.includes(productCode)) throw new UnknownPlantThing('product', String(productCode), codes.map(String));
    this.happen({ kind: 'product-change', line, atUs: fromUs, setupUntilUs: fromUs + setupMinutes * 60e6, productCode });
  }

  /** The machine halts, connections drop, the line's counters begin at 0, and the server comes back. */
  restartPlc(request: RestartRequest): ScenarioEventOf<'plc-restart'> {
    const haltUs = this.at(request.line, request.atUs ?? this.clock.now());
    // Compressed time must leave a poller the same real seconds to see the last and the first count.
    const halt = wholeMs((request.haltSeconds ?? 5 * this.clock.speed) * 1e6);
    const resetUs = haltUs + halt;
    const backUs = resetUs + wholeMs((request.downSeconds ?? 10 * this.clock.speed) * 1e6);
    const event = { kind: 'plc-restart' as const, line: request.line, haltUs, resetUs, backUs, resumeUs: backUs + halt };
    this.happen(event);
    return event;
  }

  startAirLeak(flowNm3h: number, atUs = this.clock.now()): string {
    const leakId = this.nextId('air-leak');
    this.happen({ kind: 'air-leak', leakId, fromUs: wholeMs(atUs), flowNm3h });
    return leakId;
  }

  repairAirLeak(leakId: string, atUs = this.clock.now()): void {
    this.happen({ kind: 'air-leak-repair', leakId, atUs: wholeMs(atUs) });
  }

  /** Whole milliseconds, at least one step away from what has already been produced. */
  private at(line: string, atUs: TimeUs): TimeUs {
    if (!this.lines.includes(line)) throw new UnknownPlantThing('line', line, this.lines);
    return wholeMs(Math.max(atUs, this.clock.now() + 1_000));
  }
}

import { Status, type TimeUs } from '@telltale/tag-sample';
import { bell, seedOf } from '../chance/hashed-chance.js';
import { steamAt, type LoadChange, type SteamStop } from './boiler-house.js';
import { PipeRunAir } from './pipe-run.js';
import { faultyValue, isActive, type SensorFault } from './sensor-fault.js';
import { leakExcessC, type SteamLeak } from './steam-leak.js';
import { weatherAt, type Climate } from './weather.js';

export interface PipeRunPlan {
  readonly slug: string;
  readonly pressureTagPath: string;
  readonly pipeTemperatureTagPath: string;
  readonly sensors: readonly { readonly tagPath: string; readonly positionM: number }[];
}

/** Everything that was scripted to happen to the network. */
export interface SteamEvents {
  readonly leaks: readonly SteamLeak[];
  readonly faults: readonly SensorFault[];
  readonly stops: readonly SteamStop[];
  readonly loads: readonly LoadChange[];
}

const MINUTE_US = 60e6;

interface RunState {
  readonly plan: PipeRunPlan;
  readonly air: PipeRunAir;
  /** Air over the sensors at the whole minute before and after the present instant. */
  before: Float64Array;
  after: Float64Array;
}

/** The steam network: values of all tags at an instant, in the order of `tagPaths`. Pure in (seed, time, events), stepped forwards. */
export class SteamNetwork {
  readonly tagPaths: readonly string[];
  private readonly runs: readonly RunState[];
  private readonly held: Float64Array;
  private readonly indexOf: ReadonlyMap<string, number>;
  private minute = Number.NaN;

  constructor(
    private readonly seed: number,
    private readonly climate: Climate,
    plans: readonly PipeRunPlan[],
  ) {
    this.runs = plans.map((plan) => ({
      plan,
      air: new PipeRunAir(
        seed,
        plan.slug,
        plan.sensors.map((sensor) => sensor.positionM),
      ),
      before: new Float64Array(plan.sensors.length),
      after: new Float64Array(plan.sensors.length),
    }));
    this.tagPaths = plans.flatMap((plan) => [plan.pressureTagPath, plan.pipeTemperatureTagPath, ...plan.sensors.map((sensor) => sensor.tagPath)]);
    this.indexOf = new Map(this.tagPaths.map((path, index) => [path, index]));
    this.held = new Float64Array(this.tagPaths.length).fill(Number.NaN);
  }

  /** Writes what the transmitters report; a value that is not good is NaN, its status in `statuses`. */
  report(atUs: TimeUs, events: SteamEvents, values: Float64Array, statuses: Uint32Array): void {
    this.reachMinute(Math.floor(atUs / MINUTE_US), events);
    const within = (atUs - this.minute * MINUTE_US) / MINUTE_US;
    const outsideC = weatherAt(this.seed, this.climate, this.minute).outsideC;
    let index = 0;
    for (const [lane, run] of this.runs.entries()) {
      const steam = steamAt(this.seed, lane, atUs, outsideC, events.stops, events.loads);
      const leaks = events.leaks.filter((leak) => leak.pipeRun === run.plan.slug);
      values[index] = Math.round(steam.pressureBar * 100) / 100;
      values[index + 1] = Math.round(steam.pipeC * 10) / 10;
      index += 2;
      for (let i = 0; i < run.before.length; i++) {
        const sensor = run.plan.sensors[i];
        if (sensor === undefined) continue;
        let c = (run.before[i] ?? 0) * (1 - within) + (run.after[i] ?? 0) * within;
        // Between the minutes the interpolation is too smooth: the transmitter's own noise.
        if (within > 0) c += 0.06 * bell(this.seed ^ index, i, Math.floor(atUs / 1e6));
        for (const leak of leaks) c += leakExcessC(leak, sensor.positionM, atUs, steam.pressureShare) * (1 + 0.04 * bell(this.seed, i, Math.floor(atUs / 5e6)));
        values[index + i] = c;
      }
      index += run.before.length;
    }
    statuses.fill(Status.Good);
    this.applyFaults(atUs, events.faults, values, statuses);
    this.quantise(values);
  }

  private applyFaults(atUs: TimeUs, faults: readonly SensorFault[], values: Float64Array, statuses: Uint32Array): void {
    const faulty = new Set<number>();
    for (const fault of faults) {
      if (!isActive(fault, atUs)) continue;
      const index = this.indexOf.get(fault.tagPath);
      if (index === undefined) continue;
      faulty.add(index);
      const before = this.held[index] ?? Number.NaN;
      const trueC = values[index] ?? Number.NaN;
      const reported = faultyValue(fault, trueC, Number.isNaN(before) ? trueC : before, atUs, seedOf(this.seed, fault.tagPath));
      if (Number.isNaN(before)) this.held[index] = trueC;
      values[index] = reported.value;
      statuses[index] = reported.status;
    }
    for (let i = 0; i < values.length; i++) if (!faulty.has(i)) this.held[i] = values[i] ?? Number.NaN;
  }

  /** The transmitters resolve 0.1 °C; pressures have their own two decimals. */
  private quantise(values: Float64Array): void {
    let index = 0;
    for (const run of this.runs) {
      for (let i = index + 2; i < index + 2 + run.before.length; i++) values[i] = Math.round((values[i] ?? 0) * 10) / 10;
      index += 2 + run.before.length;
    }
  }

  private reachMinute(minute: number, events: SteamEvents): void {
    if (minute === this.minute) return;
    const next = minute === this.minute + 1;
    for (const [lane, run] of this.runs.entries()) {
      if (next) [run.before, run.after] = [run.after, run.before];
      else this.fill(lane, run, minute, events, run.before);
      this.fill(lane, run, minute + 1, events, run.after);
    }
    this.minute = minute;
  }

  private fill(lane: number, run: RunState, minute: number, events: SteamEvents, into: Float64Array): void {
    const weather = weatherAt(this.seed, this.climate, minute);
    run.air.fill(minute, weather, steamAt(this.seed, lane, minute * MINUTE_US, weather.outsideC, events.stops, events.loads).pipeC, into);
  }
}

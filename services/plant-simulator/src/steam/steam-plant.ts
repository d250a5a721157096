import { Status, type TimeUs } from '@telltale/tag-sample';
import { layeredHistory } from '../history/layered-history.js';
import { RingHistory, type HistoryColumn } from '../history/ring-history.js';
import type { PlantSample } from '../history/tag-history.js';
import type { PlantLayout } from '../layout/plant-layout.js';
import type { PlantModel, PlantTag, SampleSink } from '../plant-tag.js';
import type { ScenarioLog } from '../scenario/scenario-log.js';
import { SteamNetwork, type SteamEvents } from './steam-network.js';
import type { SteamLeak } from './steam-leak.js';
import type { Climate } from './weather.js';

const STEP_US = 5e6;
const MINUTE_US = 60e6;
/** This long the 5 s samples are kept, so that an outage comes back in full. */
const FINE_HOURS = 6;
const SPARE_MINUTES = 1_440;
const UPPER_RHINE: Climate = { meanC: 11.2, seasonC: 9, dayC: 4.2, solarOffsetMinutes: 34 };

/** The steam network with its history: minutes for days, 5 s for the last hours. */
export class SteamPlant implements PlantModel {
  readonly stepUs = STEP_US;
  readonly tags: readonly PlantTag[];
  private readonly network: SteamNetwork;
  private readonly minutes: RingHistory;
  private readonly fine: RingHistory;
  private readonly values: Float64Array;
  private readonly statuses: Uint32Array;
  private reachedUs: TimeUs;
  private reportedUs = 0;

  constructor(
    layout: PlantLayout,
    seed: number,
    startUs: TimeUs,
    historyDays: number,
    private readonly log: ScenarioLog,
    private readonly sink: SampleSink,
  ) {
    this.network = new SteamNetwork(seed, UPPER_RHINE, layout.pipeRuns);
    const byPath = new Map(layout.tags.map((tag) => [tag.path, tag]));
    const columns: HistoryColumn[] = this.network.tagPaths.map((path) => ({ kind: 'int16', perUnit: byPath.get(path)?.unit === 'bar' ? 100 : 10 }));
    this.minutes = new RingHistory(historyDays * 1_440 + SPARE_MINUTES, columns);
    this.fine = new RingHistory((FINE_HOURS * 3600e6) / STEP_US, columns);
    this.values = new Float64Array(columns.length);
    this.statuses = new Uint32Array(columns.length);
    this.tags = this.network.tagPaths.flatMap((path, column) => {
      const tag = byPath.get(path);
      return tag ? [{ layout: tag, dataType: 'double' as const, history: layeredHistory(this.fine, this.minutes, column) }] : [];
    });
    this.reachedUs = Math.floor(startUs / STEP_US) * STEP_US;
    this.remember(Math.floor((startUs - historyDays * 86_400e6) / MINUTE_US) * MINUTE_US);
  }

  /** Steam, sensors and leaks as they stand in the scenario log. */
  events(): SteamEvents {
    const repairs = new Map(this.log.of('steam-leak-repair').map((repair) => [repair.leakId, repair.atUs]));
    const leaks = this.log.of('steam-leak').map(({ kind: _kind, ...leak }): SteamLeak => {
      const repairedUs = repairs.get(leak.leakId);
      return repairedUs === undefined ? leak : { ...leak, repairedUs };
    });
    const faults = this.log.of('sensor-fault').map(({ kind: _kind, faultKind, toUs, ...fault }) => ({ ...fault, kind: faultKind, ...(toUs === undefined ? {} : { toUs }) }));
    return { leaks, faults, stops: this.log.of('steam-stop'), loads: this.log.of('load-change') };
  }

  advance(nowUs: TimeUs): void {
    if (this.reachedUs + STEP_US > nowUs) return;
    const events = this.events();
    while (this.reachedUs + STEP_US <= nowUs) {
      this.reachedUs += STEP_US;
      this.report(this.reachedUs, events);
      this.fine.append(this.reachedUs, this.values);
      if (this.reachedUs % MINUTE_US === 0) this.minutes.append(this.reachedUs, this.values);
      for (let i = 0; i < this.values.length; i++) this.sink(i, this.sample(i));
    }
  }

  latest(index: number): PlantSample {
    return this.sample(index);
  }

  private remember(fromUs: TimeUs): void {
    const events = this.events();
    const lastMinuteUs = Math.floor(this.reachedUs / MINUTE_US) * MINUTE_US;
    for (let atUs = fromUs; atUs <= lastMinuteUs; atUs += MINUTE_US) {
      this.report(atUs, events);
      this.minutes.append(atUs, this.values);
    }
    // The steps since the last whole minute and the present value.
    for (let atUs = lastMinuteUs + STEP_US; atUs <= this.reachedUs; atUs += STEP_US) {
      this.report(atUs, events);
      this.fine.append(atUs, this.values);
    }
  }

  private report(atUs: TimeUs, events: SteamEvents): void {
    this.network.report(atUs, events, this.values, this.statuses);
    this.reportedUs = atUs;
  }

  private sample(index: number): PlantSample {
    return { sourceTimeUs: this.reportedUs, value: this.values[index] ?? Number.NaN, status: this.statuses[index] ?? Status.BadNoData };
  }
}

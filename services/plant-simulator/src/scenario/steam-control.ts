import type { TimeUs } from '@telltale/tag-sample';
import { UnknownPlantThing } from '../plant-simulator.errors.js';
import type { PlantLayout } from '../layout/plant-layout.js';
import type { SensorFaultKind } from '../steam/sensor-fault.js';
import type { SteamLeak } from '../steam/steam-leak.js';
import type { ScenarioEvent } from './scenario-event.js';

export interface LeakRequest {
  /** Slug of the pipe run. */
  readonly pipeRun: string;
  readonly positionM: number;
  readonly amplitudeC: number;
  /** 0 = opens at once. */
  readonly growthHours?: number;
  readonly reachM?: number;
  /** Absent: now. */
  readonly atUs?: TimeUs;
}

/** What can be done to the steam network while it runs. Every function writes the scenario log and returns what it wrote. */
export class SteamControl {
  constructor(
    private readonly layout: PlantLayout,
    private readonly now: () => TimeUs,
    private readonly happen: (event: ScenarioEvent) => void,
    private readonly nextId: (prefix: string) => string,
  ) {}

  startLeak(request: LeakRequest): SteamLeak {
    const run = this.layout.pipeRuns.find(({ slug }) => slug === request.pipeRun);
    if (!run) throw new UnknownPlantThing('pipe run', request.pipeRun, this.layout.pipeRuns.map(({ slug }) => slug));
    if (request.positionM < 0 || request.positionM > run.lengthM) throw new UnknownPlantThing('place on the pipe run at metre', String(request.positionM), [`0 to ${run.lengthM}`]);
    const leak: SteamLeak = {
      leakId: this.nextId('leak'),
      pipeRun: request.pipeRun,
      positionM: request.positionM,
      onsetUs: request.atUs ?? this.now(),
      amplitudeC: request.amplitudeC,
      growthHours: request.growthHours ?? 0,
      reachM: request.reachM ?? 2.2,
    };
    this.happen({ kind: 'steam-leak', ...leak });
    return leak;
  }

  /** A leak that grows to its full excess over a day. */
  startSlowLeak(request: LeakRequest): SteamLeak {
    return this.startLeak({ growthHours: 24, ...request });
  }

  repairLeak(leakId: string, atUs = this.now()): void {
    this.happen({ kind: 'steam-leak-repair', leakId, atUs });
  }

  breakSensor(tagPath: string, faultKind: SensorFaultKind, options: { readonly atUs?: TimeUs; readonly minutes?: number } = {}): string {
    const known = this.layout.tags.some((tag) => tag.path === tagPath);
    if (!known) throw new UnknownPlantThing('tag', tagPath, [`${this.layout.tags[2]?.path ?? ''} and the like`]);
    const fromUs = options.atUs ?? this.now();
    const faultId = this.nextId('fault');
    this.happen({ kind: 'sensor-fault', faultId, tagPath, faultKind, fromUs, ...(options.minutes === undefined ? {} : { toUs: fromUs + options.minutes * 60e6 }) });
    return faultId;
  }

  stopSteam(minutes: number, atUs = this.now()): void {
    this.happen({ kind: 'steam-stop', stopId: this.nextId('stop'), fromUs: atUs, toUs: atUs + minutes * 60e6 });
  }

  changeLoad(pressureBar: number, minutes: number, atUs = this.now()): void {
    this.happen({ kind: 'load-change', loadId: this.nextId('load'), fromUs: atUs, toUs: atUs + minutes * 60e6, pressureBar });
  }
}

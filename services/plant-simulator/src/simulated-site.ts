import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PlantClock } from './clock/plant-clock.js';
import type { SiteSlug } from './layout/plant-layout.js';
import type { PlantOpcUaServer } from './opcua/plant-opcua-server.js';
import type { PlantModel } from './plant-tag.js';
import type { PlantSimulatorSettings } from './plant-simulator.settings.js';
import { ScenarioLog } from './scenario/scenario-log.js';
import { TruthFile } from './truth/truth-file.js';
import type { PlantSample } from './history/tag-history.js';

export interface OpcUaEndpoint {
  readonly url: string;
  readonly userName: string;
  /** Secret: goes to the gateway's secret store, never into settings or logs. */
  readonly password: string;
  /** SHA-256 of the server's certificate, hexadecimal: what a person compares before trusting it. */
  readonly thumbprint: string;
}

export interface ModbusEndpoint {
  readonly host: string;
  readonly port: number;
}

/** What every simulated site has around its model: its folder, its log, its truth, its identities. */
export class SiteBase {
  readonly folder: string;
  readonly log: ScenarioLog;
  private truth: TruthFile | undefined;
  private idCount = 0;

  constructor(
    readonly site: SiteSlug,
    readonly settings: PlantSimulatorSettings,
    readonly clock: PlantClock,
  ) {
    this.folder = join(settings.PLANT_DATA_DIR, site);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.log = new ScenarioLog(this.folder);
  }

  openTruth(model: PlantModel): void {
    if (this.settings.PLANT_TRUTH === 'off') return;
    this.truth = new TruthFile(
      join(this.folder, 'ground-truth.ndjson'),
      model.tags.map(({ layout }) => layout.path),
    );
    for (const event of this.log.events) this.truth.event(event);
  }

  recordSample(index: number, sample: PlantSample): void {
    if (this.settings.PLANT_TRUTH === 'samples') this.truth?.sample(index, sample);
  }

  recordEvent(event: ScenarioLog['events'][number]): void {
    this.log.append(event);
    this.truth?.event(event);
  }

  recordFact(fact: object): void {
    this.truth?.event(fact);
  }

  /** Unique in the scenario log. */
  nextId(prefix: string): string {
    return `${prefix}-${Math.floor(this.clock.now() / 1000).toString(36)}-${(++this.idCount).toString(36)}`;
  }

  closeTruth(): void {
    this.truth?.close();
    this.truth = undefined;
  }
}

/** Gives the servers the newest value of every tag. */
export function publishAll(model: PlantModel, server: PlantOpcUaServer): void {
  for (let index = 0; index < model.tags.length; index++) {
    const sample = model.latest(index);
    if (sample) server.publish(index, sample);
  }
}

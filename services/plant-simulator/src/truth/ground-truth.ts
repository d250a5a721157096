import type { TimeUs } from '@telltale/tag-sample';
import type { PlantSample } from '../history/tag-history.js';
import type { LineInterval } from '../lines/line-interval.js';
import type { ScenarioEvent } from '../scenario/scenario-event.js';
import type { SensorFault } from '../steam/sensor-fault.js';
import type { SteamLeak } from '../steam/steam-leak.js';

export interface ProductionTruth {
  readonly line: string;
  readonly productCode: number;
  readonly good: number;
  readonly reject: number;
}

/** What really happened in a plant, for the tests of everything that watches it. */
export interface GroundTruth {
  /** Every sample the plant's servers gave or can give for a tag in [fromUs, toUs), oldest first. */
  samples(tagPath: string, fromUs: TimeUs, toUs: TimeUs): readonly PlantSample[];
  readonly leaks: readonly SteamLeak[];
  readonly sensorFaults: readonly SensorFault[];
  /** Everything that was scripted, in the order in which it was asked for. */
  readonly events: readonly ScenarioEvent[];
  /** Exact production in [fromUs, toUs) up to the plant's present, by line and product; empty for a plant without lines. */
  production(fromUs: TimeUs, toUs: TimeUs): readonly ProductionTruth[];
  /** States of a line that touch [fromUs, toUs), whole; the last may reach beyond the present. */
  states(line: string, fromUs: TimeUs, toUs: TimeUs): readonly LineInterval[];
}

import type { TimeUs } from '@telltale/tag-sample';
import { bell, smoothNoise } from '../chance/hashed-chance.js';

/** No steam: the network is shut down and started again. */
export interface SteamStop {
  readonly stopId: string;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

/** A lasting change of the load, bar. */
export interface LoadChange {
  readonly loadId: string;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly pressureBar: number;
}

export interface SteamState {
  /** Absolute. */
  readonly pressureBar: number;
  readonly pipeC: number;
  /** Share of the design pressure, 0 to about 1: what drives a leak. */
  readonly pressureShare: number;
}

export const DESIGN_PRESSURE_BAR = 10;
/** Saturated steam at 10 bar absolute. */
const DESIGN_PIPE_C = 179.9;
const KELVIN_PER_BAR = 4.5;
const COOL_US = 75 * 60e6;
const HEAT_US = 7 * 60e6;
const VENT_US = 15 * 60e6;
const FILL_US = 4 * 60e6;

/** 1 = hot network, 0 = cold, following every stop with its own time constants. */
function share(stops: readonly SteamStop[], atUs: TimeUs, downUs: number, upUs: number): number {
  let value = 1;
  for (const stop of stops) {
    if (atUs <= stop.fromUs) continue;
    const atEnd = Math.exp(-(Math.min(atUs, stop.toUs) - stop.fromUs) / downUs);
    value = Math.min(value, atUs <= stop.toUs ? atEnd : 1 - (1 - atEnd) * Math.exp(-(atUs - stop.toUs) / upUs));
  }
  return value;
}

/** Steam of one run at an instant: load of the day, slow wander, stops. */
export function steamAt(seed: number, lane: number, atUs: TimeUs, outsideC: number, stops: readonly SteamStop[], loads: readonly LoadChange[]): SteamState {
  const minutes = atUs / 60e6;
  const dayLoad = 0.12 * Math.cos((2 * Math.PI * (minutes - 240)) / 1440);
  const wander = 0.16 * smoothNoise(seed, 60, minutes / 140) + 0.03 * smoothNoise(seed, 61 + lane, minutes / 6);
  const change = loads.reduce((sum, load) => (atUs >= load.fromUs && atUs < load.toUs ? sum + load.pressureBar : sum), 0);
  const running = DESIGN_PRESSURE_BAR + dayLoad + wander + change - 0.06 * lane;
  const pressureShare = share(stops, atUs, VENT_US, FILL_US);
  const heat = share(stops, atUs, COOL_US, HEAT_US);
  const hotC = DESIGN_PIPE_C + (running - DESIGN_PRESSURE_BAR) * KELVIN_PER_BAR - 0.8 * lane;
  const noiseC = 0.25 * bell(seed, 70 + lane, Math.floor(atUs / 5e6));
  return {
    pressureBar: Math.max(1, 1 + (running - 1) * pressureShare),
    pipeC: outsideC + (hotC - outsideC) * heat + noiseC,
    pressureShare: (pressureShare * running) / DESIGN_PRESSURE_BAR,
  };
}

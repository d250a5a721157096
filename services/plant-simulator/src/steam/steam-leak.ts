import type { TimeUs } from '@telltale/tag-sample';

/** A hole in a steam pipe, as the air above it feels it. */
export interface SteamLeak {
  readonly leakId: string;
  /** Slug of the pipe run. */
  readonly pipeRun: string;
  /** Metres from the beginning of the run. */
  readonly positionM: number;
  readonly onsetUs: TimeUs;
  /** Excess of the air at the very place once the leak is fully grown, °C. */
  readonly amplitudeC: number;
  /** Time to grow: 0 = opens at once (settles within about 2 minutes). */
  readonly growthHours: number;
  /** The excess falls to 1/e over this length along the pipe, m. */
  readonly reachM: number;
  readonly repairedUs?: TimeUs;
}

const SETTLE_US = 45e6;
const CLEAR_US = 240e6;

/** Share of the full excess at an instant, 0 to 1, under full steam pressure. */
export function leakStrength(leak: SteamLeak, atUs: TimeUs): number {
  if (atUs <= leak.onsetUs) return 0;
  const age = Math.min(atUs, leak.repairedUs ?? atUs) - leak.onsetUs;
  const grown = leak.growthHours > 0 ? Math.min(1, age / (leak.growthHours * 3600e6)) : 1 - Math.exp(-age / SETTLE_US);
  return leak.repairedUs === undefined || atUs <= leak.repairedUs ? grown : grown * Math.exp(-(atUs - leak.repairedUs) / CLEAR_US);
}

/** Excess of the air temperature at a place, °C; a jet needs pressure behind it. */
export function leakExcessC(leak: SteamLeak, positionM: number, atUs: TimeUs, pressureShare: number): number {
  const strength = leakStrength(leak, atUs);
  return strength === 0 ? 0 : leak.amplitudeC * strength * pressureShare * Math.exp(-Math.abs(positionM - leak.positionM) / leak.reachM);
}

import type { TimeUs } from '@telltale/tag-sample';
import { bell, smoothNoise } from '../chance/hashed-chance.js';

/** A hole in the compressed-air net: a flow that never sleeps. */
export interface AirLeak {
  readonly leakId: string;
  readonly fromUs: TimeUs;
  readonly flowNm3h: number;
  readonly repairedUs?: TimeUs;
}

const BASE_LEAKAGE_NM3H = 38;
const PER_RUNNING_LINE_NM3H = 145;

/** Flow from the compressors in Nm³/h, as the meter's float32 shows it. */
export function airFlowAt(seed: number, atUs: TimeUs, runningLines: number, leaks: readonly AirLeak[]): number {
  const second = Math.floor(atUs / 1e6);
  const demand = runningLines * PER_RUNNING_LINE_NM3H * (1 + 0.06 * smoothNoise(seed, 1, second / 90) + 0.02 * bell(seed, second, 2));
  const leaking = leaks.reduce((sum, leak) => (atUs >= leak.fromUs && (leak.repairedUs === undefined || atUs < leak.repairedUs) ? sum + leak.flowNm3h : sum), 0);
  return Math.fround(Math.max(0, BASE_LEAKAGE_NM3H * (1 + 0.02 * smoothNoise(seed, 3, second / 600)) + demand + leaking + 0.6 * bell(seed, second, 4)));
}

import type { TimeUs } from '@telltale/tag-sample';
import { bell, uniform } from '../chance/hashed-chance.js';
import type { LineInterval } from './line-interval.js';
import { LineState } from './line-state.js';

export interface LineProduct {
  readonly code: number;
  readonly secondsPerItem: number;
  readonly rejectShare: number;
}

export interface ShiftFrame {
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  readonly plannedStops: readonly { readonly startUs: TimeUs; readonly endUs: TimeUs }[];
}

const MINUTE_US = 60e6;
const MS = 1000;
/** The crew stops a little early, so that no item is on its way when the shift ends. */
const EARLY_STOP_US = 20e6;

const wholeMs = (us: number): number => Math.round(us / MS) * MS;

interface Stop {
  readonly state: LineState;
  readonly lengthUs: number;
}

/** A stop after a stretch of running: mostly micro-stops, some jams, a few breakdowns. */
function stopAfter(seed: number, key: number, n: number): Stop {
  const dice = uniform(seed, key, n * 8 + 1);
  const long = Math.exp(0.6 * bell(seed, key, n * 8 + 2));
  if (dice < 0.3) return { state: LineState.Starved, lengthUs: (15 + 60 * uniform(seed, key, n * 8 + 3)) * 1e6 };
  if (dice < 0.5) return { state: LineState.Blocked, lengthUs: (10 + 40 * uniform(seed, key, n * 8 + 4)) * 1e6 };
  if (dice < 0.88) return { state: LineState.Jam, lengthUs: 3 * MINUTE_US * long };
  return { state: LineState.Breakdown, lengthUs: 16 * MINUTE_US * long };
}

/** What a line does in one shift: a pure function of seed, shift and products. Begins and ends standing still. */
export function planShift(seed: number, frame: ShiftFrame, products: readonly LineProduct[]): readonly LineInterval[] {
  const key = Math.floor(frame.startUs / 3600e6);
  const order = Math.floor(uniform(seed, key, 0) * products.length);
  const changeUs = frame.startUs + (0.3 + 0.5 * uniform(seed, key, 5)) * (frame.endUs - frame.startUs);
  const endUs = frame.endUs - EARLY_STOP_US;
  const plan: LineInterval[] = [];
  let atUs = frame.startUs;
  let productAt = order;
  let changed = false;
  const push = (state: LineState, untilUs: TimeUs, cycleUs = 0, rejectShare = 0): void => {
    const toUs = wholeMs(Math.min(untilUs, frame.endUs));
    if (toUs <= atUs) return;
    plan.push({ startUs: atUs, endUs: toUs, state, productCode: products[productAt % products.length]?.code ?? 0, cycleUs, rejectShare });
    atUs = toUs;
  };
  for (let n = 1; atUs < endUs; n++) {
    const stop = frame.plannedStops.find((planned) => planned.startUs <= atUs && planned.endUs > atUs);
    if (stop) {
      push(LineState.PlannedStop, stop.endUs);
      continue;
    }
    const nextStopUs = Math.min(endUs, ...frame.plannedStops.filter((planned) => planned.startUs > atUs).map((planned) => planned.startUs));
    if (!changed && atUs >= changeUs) {
      changed = true;
      productAt++;
      push(LineState.Setup, Math.min(nextStopUs, atUs + (11 + 9 * uniform(seed, key, n * 8)) * MINUTE_US));
      continue;
    }
    const product = products[productAt % products.length];
    if (!product) break;
    const slowness = 1 + 0.03 + 0.09 * uniform(seed, key, n * 8 + 6);
    const runUs = -Math.log(1 - 0.999 * uniform(seed, key, n * 8 + 7)) * 22 * MINUTE_US + 20e6;
    push(LineState.Running, Math.min(nextStopUs, atUs + runUs), wholeMs(product.secondsPerItem * slowness * 1e6), product.rejectShare);
    if (atUs >= nextStopUs) continue;
    const halt = stopAfter(seed, key, n);
    push(halt.state, Math.min(nextStopUs, atUs + halt.lengthUs));
  }
  push(LineState.Starved, frame.endUs);
  return plan;
}

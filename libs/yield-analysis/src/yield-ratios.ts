import type { YieldElements } from './yield-elements.js';

/** Null where the denominator is zero. */
export interface YieldRatios {
  /** APT/PBT. */
  readonly availability: number | null;
  /** PRI·PQ/APT. Above 1 the planned run time per item is set wrong: it is shown, never clamped. */
  readonly effectiveness: number | null;
  /** GQ/PQ. */
  readonly quality: number | null;
  /** PRI·GQ/PBT, which is availability × effectiveness × quality. */
  readonly oee: number | null;
  /** SQ/PQ. */
  readonly scrap: number | null;
}

const ratio = (numerator: number, denominator: number): number | null => (denominator === 0 ? null : numerator / denominator);

export function yieldRatios({ pbtS, aptS, pq, gq, sq, priPqS, priGqS }: YieldElements): YieldRatios {
  return {
    availability: ratio(aptS, pbtS),
    effectiveness: ratio(priPqS, aptS),
    quality: ratio(gq, pq),
    oee: ratio(priGqS, pbtS),
    scrap: ratio(sq, pq),
  };
}

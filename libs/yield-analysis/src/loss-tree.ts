import type { YieldElements } from './yield-elements.js';

export const LOSS_KINDS = ['downtime', 'setup', 'speed', 'scrap', 'unknown'] as const;
export type LossKind = (typeof LOSS_KINDS)[number];

export interface Loss {
  readonly kind: LossKind;
  /** The plant's word; null for the other kinds. */
  readonly reason: string | null;
  readonly seconds: number;
}

/**
 * Planned busy time that gave no good item, largest first. The seconds add up to PBT − PRI·GQ. A speed loss below zero says that the
 * planned run time per item is set wrong.
 */
export function lossTree(elements: YieldElements): readonly Loss[] {
  const { aptS, austS, unknownS, priPqS, priGqS } = elements;
  const losses: Loss[] = [
    ...Object.entries(elements.downtimeByReason).map(([reason, seconds]): Loss => ({ kind: 'downtime', reason, seconds })),
    { kind: 'setup', reason: null, seconds: austS },
    { kind: 'speed', reason: null, seconds: aptS - priPqS },
    { kind: 'scrap', reason: null, seconds: priPqS - priGqS },
    { kind: 'unknown', reason: null, seconds: unknownS },
  ];
  return losses.filter(({ seconds }) => seconds !== 0).sort((a, b) => b.seconds - a.seconds);
}

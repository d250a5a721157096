import { lossTree as lossesOf, yieldRatios, type LossKind as StoredLossKind, type YieldElements as StoredElements } from '@telltale/yield-analysis';
import type { ProductionLine, ShiftYield as ShiftYieldRow } from '@telltale/plant-registry';
import { toId } from '../graphql/opaque-id.js';
import { LossKind, YieldStatus, type LossItem, type ShiftYield, type YieldElements, type YieldFigures } from './yield.type.js';

const STATUSES = { provisional: YieldStatus.PROVISIONAL, final: YieldStatus.FINAL } as const;
const LOSS_KINDS: Readonly<Record<StoredLossKind, LossKind>> = {
  downtime: LossKind.DOWNTIME,
  setup: LossKind.SETUP,
  speed: LossKind.SPEED,
  scrap: LossKind.SCRAP,
  unknown: LossKind.UNKNOWN,
};

/** A shift's yield with what its resolvers need to go on. */
export interface ShiftYieldFields extends ShiftYield {
  readonly row: ShiftYieldRow;
  readonly line: ProductionLine;
  readonly asOf: Date | null;
}

export interface Judged {
  readonly completeness: number;
  readonly status: YieldStatus;
  readonly targetYield: number | null;
  readonly targetOee: number | null;
}

export function figuresOf(elements: StoredElements, judged: Judged): YieldFigures {
  const { availability, effectiveness, quality, oee, scrap } = yieldRatios(elements);
  return {
    yield: quality,
    availability,
    effectiveness,
    quality,
    oee,
    scrap,
    goodQuantity: elements.gq,
    rejectQuantity: elements.sq,
    producedQuantity: elements.pq,
    ...judged,
  };
}

const elementsOf = (elements: StoredElements): YieldElements => ({
  plannedBusyS: elements.pbtS,
  productionS: elements.aptS,
  setupS: elements.austS,
  downtimeS: Object.values(elements.downtimeByReason).reduce((sum, seconds) => sum + seconds, 0),
  unknownS: elements.unknownS,
  idealProducedS: elements.priPqS,
  idealGoodS: elements.priGqS,
  producedQuantity: elements.pq,
  goodQuantity: elements.gq,
  scrapQuantity: elements.sq,
  reworkQuantity: elements.rq,
  materialKg: elements.materialKg,
  energyKwh: elements.energyKwh,
});

/** What a lost second costs: the value of the good items that the line makes in a second of ideal time. */
function costPerSecond(elements: StoredElements, unitValue: number | null): number | null {
  return unitValue === null || elements.priGqS === 0 ? null : (unitValue * elements.gq) / elements.priGqS;
}

function lossItems(elements: StoredElements, unitValue: number | null, currency: string): LossItem[] {
  const perSecond = costPerSecond(elements, unitValue);
  return lossesOf(elements).map(({ kind, reason, seconds }) => ({
    kind: LOSS_KINDS[kind],
    reason,
    minutes: seconds / 60,
    share: elements.pbtS === 0 ? 0 : seconds / elements.pbtS,
    cost: perSecond === null ? null : { amount: perSecond * seconds, currency },
  }));
}

export const judgedOf = (row: ShiftYieldRow, { setup }: ProductionLine): Judged => ({
  completeness: row.completeness,
  status: STATUSES[row.status],
  targetYield: setup.targetYield,
  targetOee: setup.targetOee,
});

export interface LineValue {
  /** Mean value of a good item of the shift; null where it is not known. */
  readonly unitValue: number | null;
  readonly currency: string;
}

export function shiftYieldOf(row: ShiftYieldRow, line: ProductionLine, { unitValue, currency }: LineValue, asOf: Date | null): ShiftYieldFields {
  return {
    row,
    line,
    asOf,
    id: toId('shift yield', row.equipmentId) + `_${row.shiftStart.getTime().toString(36)}`,
    lineId: toId('equipment', row.equipmentId),
    shift: { name: row.shiftName, start: row.shiftStart, end: row.shiftEnd, productionDay: row.productionDay },
    status: STATUSES[row.status],
    revision: row.revision,
    computedAt: row.computedAt,
    figures: figuresOf(row.elements, judgedOf(row, line)),
    elements: elementsOf(row.elements),
    lossTree: lossItems(row.elements, unitValue, currency),
  };
}

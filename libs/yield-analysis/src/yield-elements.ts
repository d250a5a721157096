/** Additive elements of ISO 22400-2. They add up over shifts, lines and products; ratios are formed from sums only. */
export interface YieldElements {
  /** PBT, planned busy time, s. */
  readonly pbtS: number;
  /** APT, actual production time, s; stops below the micro-stop limit stay in it as speed loss. */
  readonly aptS: number;
  /** AUST, actual unit set-up time, s. */
  readonly austS: number;
  readonly downtimeByReason: Readonly<Record<string, number>>;
  /** Planned busy time in which the state is not known, s: neither production nor downtime. */
  readonly unknownS: number;
  /** PQ, GQ, SQ and RQ: produced, good, scrap and rework, items. */
  readonly pq: number;
  readonly gq: number;
  readonly sq: number;
  readonly rq: number;
  /** PRI·PQ and PRI·GQ: ideal time of what was produced and of what was good, s. */
  readonly priPqS: number;
  readonly priGqS: number;
  /** Null where it is not measured. */
  readonly materialKg: number | null;
  readonly energyKwh: number | null;
}

export const NO_ELEMENTS: YieldElements = {
  pbtS: 0,
  aptS: 0,
  austS: 0,
  downtimeByReason: {},
  unknownS: 0,
  pq: 0,
  gq: 0,
  sq: 0,
  rq: 0,
  priPqS: 0,
  priGqS: 0,
  materialKg: null,
  energyKwh: null,
};

const addMeasured = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);

function addReasons(a: YieldElements['downtimeByReason'], b: YieldElements['downtimeByReason']): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [reason, seconds] of Object.entries(b)) sum[reason] = (sum[reason] ?? 0) + seconds;
  return sum;
}

export function addElements(a: YieldElements, b: YieldElements): YieldElements {
  return {
    pbtS: a.pbtS + b.pbtS,
    aptS: a.aptS + b.aptS,
    austS: a.austS + b.austS,
    downtimeByReason: addReasons(a.downtimeByReason, b.downtimeByReason),
    unknownS: a.unknownS + b.unknownS,
    pq: a.pq + b.pq,
    gq: a.gq + b.gq,
    sq: a.sq + b.sq,
    rq: a.rq + b.rq,
    priPqS: a.priPqS + b.priPqS,
    priGqS: a.priGqS + b.priGqS,
    materialKg: addMeasured(a.materialKg, b.materialKg),
    energyKwh: addMeasured(a.energyKwh, b.energyKwh),
  };
}

export const downtimeS = ({ downtimeByReason }: YieldElements): number => Object.values(downtimeByReason).reduce((sum, seconds) => sum + seconds, 0);

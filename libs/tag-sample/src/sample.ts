/** Microseconds since 1970-01-01T00:00:00Z. Safe as a JavaScript number until the year 2255. */
export type TimeUs = number;

/** OPC UA 32-bit status code, unsigned (OPC UA Part 4 §7.39). */
export type StatusCode = number;

/** One value of one tag. `value` is NaN when the device gave none. */
export interface Sample {
  readonly tagId: number;
  readonly value: number;
  /** Device time. */
  readonly sourceTimeUs: TimeUs;
  /** Gateway time. */
  readonly serverTimeUs: TimeUs;
  readonly status: StatusCode;
}

/** `n` samples as columns; the same index in every column is the same sample. */
export interface SampleColumns {
  readonly tagIds: Int32Array;
  readonly values: Float64Array;
  readonly sourceTimesUs: Float64Array;
  readonly serverTimesUs: Float64Array;
  readonly statuses: Uint32Array;
}

/** What happened to a stretch of time of some tags (the continuity ledger). */
export const CONTINUITY_KINDS = ['gap', 'backfilled', 'device-off', 'dropped'] as const;
export type ContinuityKind = (typeof CONTINUITY_KINDS)[number];

/** An explained stretch, half-open [fromUs, toUs). */
export interface ContinuityRow {
  readonly tagIds: readonly number[];
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly kind: ContinuityKind;
  /** One sentence for the process engineer. */
  readonly reason: string;
}

/** Identity of a batch: assigned once by the gateway, persisted before it is sent. */
export interface BatchIdentity {
  readonly gatewayId: number;
  /** Grows each time a gateway starts with an empty or restored spool. */
  readonly epoch: number;
  /** 1, 2, 3 … within an epoch, without holes. */
  readonly seq: number;
}

export interface SampleBatch {
  readonly identity: BatchIdentity;
  readonly samples: SampleColumns;
  readonly continuity: readonly ContinuityRow[];
}

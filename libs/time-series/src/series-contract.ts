import type { TenantContext } from '@telltale/tenancy';
import type { ContinuityKind, SampleBatch, SampleColumns, TimeUs } from '@telltale/tag-sample';

/** Half-open [fromUs, toUs). */
export interface TimeRange {
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

export interface ReceivedBatch {
  readonly tenant: TenantContext;
  readonly batch: SampleBatch;
  /** The encoded batch as received: stored as it is. */
  readonly encoded: Uint8Array;
  readonly receivedAtUs: TimeUs;
}

export interface AppendOutcome {
  /** Batches written now; the others were there already. */
  readonly appended: number;
  readonly duplicates: number;
  /** Each was found damaged once: this append has written it anew. */
  readonly damagedPages: readonly DamagedPage[];
}

/** Stored latest values of up to 32 tags that could not be read. */
export interface DamagedPage {
  readonly tenantId: number;
  readonly page: number;
  readonly firstTagId: number;
  readonly lastTagId: number;
  /** From the samples themselves. False: those were damaged too, and each tag without a sample in this append has no latest value until its next one. */
  readonly refilled: boolean;
}

/** Used by the historian alone. */
export interface SeriesWriter {
  /**
   * Blocks, latest values, continuity rows and the ledger in one transaction per tenant. Returns after commit, with the sum of what
   * `onCommit` hears of each tenant: that stays done when the next tenant's transaction fails.
   */
  append(batches: readonly ReceivedBatch[], onCommit?: (outcome: AppendOutcome) => void): Promise<AppendOutcome>;
}

/** Used by ingest (watermark) and the historian. */
export interface BatchLedger {
  /** Highest seq such that 1..seq of the epoch are all committed; 0 when none. */
  watermark(tenant: TenantContext, gatewayId: number, epoch: number): Promise<number>;
}

export interface TagSamples {
  readonly tagId: number;
  readonly samples: SampleColumns;
}

/** A value at a time at which nobody may have measured. */
export interface InterpolatedValue {
  readonly timeUs: TimeUs;
  /** NaN before the first sample. */
  readonly value: number;
  /** With the info bits of OPC UA Part 13 when it is interpolated. */
  readonly status: number;
  readonly interpolated: boolean;
}

/** `extremes`: first, lowest, highest and last per stretch of time. `triangles`: LTTB. Samples that are not good always stay. */
export type Thinning = 'extremes' | 'triangles';

/** Samples of one tag, thinned for a chart. */
export interface Curve extends TagSamples {
  /** How many there are. */
  readonly total: number;
}

export interface LatestSample {
  readonly tagId: number;
  readonly value: number;
  readonly sourceTimeUs: TimeUs;
  readonly serverTimeUs: TimeUs;
  readonly status: number;
}

/** Aggregate of the good samples of one tag in one bucket. `null` where the bucket has no good sample. */
export interface Bucket {
  readonly startUs: TimeUs;
  readonly count: number;
  readonly goodCount: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly first: number | null;
  readonly last: number | null;
  /** Share of the bucket's time covered by good samples, 0..1. */
  readonly completeness: number;
}

/** Buckets of one tag as columns, for many tags at once; NaN where a bucket has no good sample. Bucket i begins at startUs + i × widthUs. */
export interface BucketColumns {
  readonly startUs: TimeUs;
  readonly widthUs: number;
  readonly count: Int32Array;
  readonly goodCount: Int32Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly completeness: Float64Array;
}

/** Aggregate of one tag over one interval of any length. */
export interface IntervalSummary extends Bucket {
  readonly endUs: TimeUs;
  /** In how many quarters of an hour samples of the interval changed after it was over; a change counts when it is folded. */
  readonly revision: number;
  /** When they last did; null: never. */
  readonly revisedAtUs: TimeUs | null;
}

export interface TagSummaries {
  readonly tagId: number;
  /** One per interval asked for, in that order. */
  readonly summaries: readonly IntervalSummary[];
}

export interface TagBuckets {
  readonly tagId: number;
  readonly buckets: BucketColumns;
}

export interface ContinuityEntry extends TimeRange {
  readonly tagId: number;
  readonly kind: ContinuityKind;
  readonly reason: string;
  readonly recordedAtUs: TimeUs;
}

/** The only way to read samples. Sorted by tag, then source time; conflicts resolved; late data included. */
export interface SeriesReader {
  raw(tenant: TenantContext, tagIds: readonly number[], range: TimeRange): Promise<readonly TagSamples[]>;
  /**
   * All samples of one tag, in order, in pieces of bounded size, each of its own snapshot: nothing is held open while the caller is
   * slow. What comes late into a stretch that was given already is not in it.
   */
  pieces(tenant: TenantContext, tagId: number, range: TimeRange): AsyncIterable<SampleColumns>;
  /** About `most` samples of each tag that keep the picture of its curve; all of them when there are no more. Tags without samples are left out. */
  curves(tenant: TenantContext, tagIds: readonly number[], range: TimeRange, most: number, thinning: Thinning): Promise<readonly Curve[]>;
  buckets(tenant: TenantContext, tagId: number, range: TimeRange, bucketSeconds: number): Promise<readonly Bucket[]>;
  /** One entry per tag asked for, in the order asked, all in one snapshot. */
  bucketsOfTags(tenant: TenantContext, tagIds: readonly number[], range: TimeRange, bucketSeconds: number): Promise<readonly TagBuckets[]>;
  /**
   * Aggregates over intervals of any length, such as shifts and days of a plant calendar: sorted, disjoint, on whole minutes. From
   * the coarsest stored level that divides them all. One entry per tag asked for, in one snapshot.
   */
  summaries(tenant: TenantContext, tagIds: readonly number[], intervals: readonly TimeRange[]): Promise<readonly TagSummaries[]>;
  latest(tenant: TenantContext, tagIds: readonly number[]): Promise<readonly LatestSample[]>;
  /** The last sample at or before a time. */
  asOf(tenant: TenantContext, tagIds: readonly number[], atUs: TimeUs): Promise<readonly LatestSample[]>;
  /** Values at any times, in order, as OPC UA Part 13 interpolates them between good samples at most a day away. */
  interpolated(tenant: TenantContext, tagId: number, timesUs: readonly TimeUs[], options: { readonly stepped: boolean }): Promise<readonly InterpolatedValue[]>;
  continuity(tenant: TenantContext, tagIds: readonly number[], range: TimeRange): Promise<readonly ContinuityEntry[]>;
  /** Continuity entries recorded after a moment, for readers that follow late data. */
  continuitySince(tenant: TenantContext, recordedAfterUs: TimeUs): Promise<readonly ContinuityEntry[]>;
}

/** Wakes up when samples of a tenant were committed. Carries no data. */
export interface AppendListener {
  onAppend(listener: (tenantId: number) => void): void;
  close(): Promise<void>;
}

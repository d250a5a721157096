import type { StatusCode, TimeUs } from '@telltale/tag-sample';

export type ReportedState = 'connecting' | 'connected' | 'degraded' | 'disconnected' | 'untrusted' | 'misconfigured';

/** What is known of the way of one tag from the device to the database. */
export interface DataPathFacts {
  readonly nowUs: TimeUs;
  readonly tag: {
    readonly retiredAtUs: TimeUs | null;
    readonly hasAddress: boolean;
    readonly scanIntervalMs: number;
    readonly hasDeadband: boolean;
  };
  /** Null when the tag has none. */
  readonly connection: {
    readonly name: string;
    /** Its devices tell changes only; the others are polled. */
    readonly speaksOnChange: boolean;
    /** As last reported; null when the gateway does not know it yet. */
    readonly report: { readonly state: ReportedState; readonly sinceUs: TimeUs; readonly code: string | null; readonly reason: string | null } | null;
  } | null;
  /** What a person must correct at this tag, as its connection last reported; only the first few of a connection are known. */
  readonly problem: { readonly code: string; readonly reason: string } | null;
  /** Null when the tag has no connection. */
  readonly gateway: {
    readonly name: string;
    /** Null before its first report. */
    readonly reportedAtUs: TimeUs | null;
    /** Its clock minus ours, with the way of the report. */
    readonly clockOffsetUs: number;
    readonly spool: { readonly batches: number; readonly oldestUs: TimeUs | null };
    readonly readsHistory: boolean;
    /** Since when the oldest batch of the platform's queue waited, as it reported. */
    readonly queueOldestUs: TimeUs | null;
  } | null;
  /** Batches of the gateway that could not be stored. */
  readonly quarantine: { readonly count: number; readonly newestUs: TimeUs | null; readonly reason: string | null };
  /** Null before the first sample. */
  readonly latest: { readonly sourceTimeUs: TimeUs; readonly serverTimeUs: TimeUs; readonly status: StatusCode } | null;
}

import type { TimeUs } from '@telltale/tag-sample';

/** `live` is sent before `backlog` (history read after an outage). */
export type Lane = 'live' | 'backlog';

/** What the spool does with new batches when its bound is reached. */
export const SPOOL_POLICIES = ['refuse-new', 'drop-oldest', 'thin'] as const;
export type SpoolPolicy = (typeof SPOOL_POLICIES)[number];

export type LossCause = 'full' | 'age' | 'corrupt' | 'refused';

/** Samples that the spool can no longer deliver. It travels in their place, so that the platform learns of it. */
export interface LostStretch {
  /** Half-open [fromUs, toUs) of the source times. */
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  /** How many samples; 0 when nobody knows. */
  readonly samples: number;
  /** The caller's subjects (endpoint ids); null when nobody knows. */
  readonly subjects: readonly number[] | null;
  readonly cause: LossCause;
  /** One sentence for the process engineer. */
  readonly reason: string;
}

/** One encoded batch, not yet numbered. */
export interface SpoolEntry {
  readonly lane: Lane;
  readonly bytes: Uint8Array;
  readonly samples: number;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  /** What the batch is about (endpoint ids); used to declare a loss. */
  readonly subjects: readonly number[];
}

/** A numbered record on its way. `bytes` is empty when `lost` is set: the host sends a batch that carries only the loss. */
export interface SpoolRecord {
  readonly id: number;
  readonly epoch: number;
  readonly seq: number;
  readonly lane: Lane;
  readonly bytes: Uint8Array;
  readonly samples: number;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly subjects: readonly number[];
  readonly lost: LostStretch | null;
  /** When it was written, by the gateway's clock. */
  readonly createdUs: TimeUs;
  /** How often it was handed out before in this process. */
  readonly attempts: number;
  /** It may have reached the platform before: handed out earlier, or numbered by a process that ended. */
  readonly maybeSent: boolean;
}

export interface SpoolDepth {
  readonly batches: number;
  readonly bytes: number;
  /** Batches of the backlog lane that have not been sent yet. */
  readonly waitingBacklog: number;
  /** When the oldest record was written; null when empty. */
  readonly oldestUs: TimeUs | null;
  /** Records set aside since the spool was opened, because they were corrupt or refused. */
  readonly quarantined: number;
}

/** Small texts kept with the batches, e.g. how far history has been read; null removes one. */
export type Bookmarks = Readonly<Record<string, string | null>>;

/** What `append` did. `lost` has already been recorded in the spool; it is returned to be counted and logged. */
export interface AppendOutcome {
  readonly recorded: boolean;
  readonly lost: readonly LostStretch[];
}

export interface SpoolOptions {
  /** Path of the database file; its folder must exist. */
  readonly file: string;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly whenFull: SpoolPolicy;
  /** Halves a batch (policy `thin`); null when it can't be thinned further. Must itself declare what it left out. */
  readonly thin?: (bytes: Uint8Array) => { readonly bytes: Uint8Array; readonly samples: number } | null;
  /** Numbered but uncommitted records at most. */
  readonly windowBatches?: number;
  /** A handed-out record comes again after this time, doubled per attempt. */
  readonly resendAfterMs?: number;
  /** Kept free on the disk so that a full disk can still be emptied. */
  readonly ballastBytes?: number;
  /** Above this many waiting live records the fresh ones overtake the old ones. */
  readonly inOrderUpTo?: number;
  /** Wall clock. */
  readonly now: () => TimeUs;
}

import type { SampleColumns } from '@telltale/tag-sample';

/** Half-open, µs since 1970. */
export interface PeerRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Another store, measured beside ours with the same data in the same run. Every promise resolves when a reader would see the result. */
export interface PeerStore {
  /** As the table shows it, with version. */
  readonly name: string;
  /** Whether an append that resolved survives a power cut: printed beside the figures, because it decides what they mean. */
  readonly durable: boolean;
  /** Whether the same samples, appended again, are stored once. */
  readonly exactlyOnce: boolean;
  /** Samples of one gateway's batch, 20 tags × 300 s, tag ids and times as columns. */
  append(tenantId: number, samples: SampleColumns): Promise<void>;
  /** After the last append, before anything is read: compaction, statistics. */
  settle(): Promise<void>;
  /** Number of samples of a tag in the range, each of them fetched with time, value and status. */
  raw(tenantId: number, tagId: number, range: PeerRange): Promise<number>;
  /** Number of buckets with count, minimum, maximum and mean of the good samples. */
  buckets(tenantId: number, tagId: number, range: PeerRange, bucketSeconds: number): Promise<number>;
  /** Number of tags whose last value was fetched. */
  latest(tenantId: number, tagIds: readonly number[]): Promise<number>;
  /** Everything on the disk: tables, indexes, files. */
  bytes(): Promise<number>;
  close(): Promise<void>;
}

/** What a peer module exports as default. It starts or finds its store by itself; the Postgres of the bench is there to use. */
export type OpenPeer = (place: { readonly postgresUrl: string; readonly folder: string }) => Promise<PeerStore>;

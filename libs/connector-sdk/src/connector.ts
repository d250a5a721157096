import type { BrowsedTag, ModelChange } from './browsed-tag.js';
import type { StatusCode, TimeUs } from '@telltale/tag-sample';

export const CAPABILITIES = ['poll', 'subscribe', 'browse', 'read-history'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What a connector measured for one tag. The host adds server time and fills a missing source time. */
export interface Observation {
  readonly tagId: number;
  /** NaN when the device gave no value. Booleans are 0 and 1. */
  readonly value: number;
  readonly status: StatusCode;
  /** Device time; absent when the protocol has none (Modbus). */
  readonly sourceTimeUs?: TimeUs;
}

/** A tag as the connector sees it: its id and its parsed, protocol-specific address. */
export interface ConnectorTag<Address> {
  readonly tagId: number;
  readonly tagPath: string;
  readonly address: Address;
  readonly scanIntervalMs: number;
  readonly deadband?: { readonly kind: 'absolute' | 'percent'; readonly value: number };
}

/** What the host offers to a connector. All callbacks are synchronous and never throw. */
export interface ConnectorHost {
  now(): TimeUs;
  emit(observations: readonly Observation[]): void;
  /** A stretch that the connector knows it missed: the host writes the gap row and plans the backfill. */
  missed(gap: { readonly tagIds: readonly number[]; readonly fromUs: TimeUs; readonly toUs: TimeUs; readonly reason: string }): void;
  /** State changes only; the host logs, counts and reports them. */
  state(change: EndpointState): void;
  /** Local secret by name (never part of settings, never logged). Throws ConfigurationError when it is absent. */
  secret(name: string): string;
  /** A folder of its own for certificates and the like. */
  readonly storageDir: string;
}

export type EndpointState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly detail?: string }
  | { readonly kind: 'degraded'; readonly reason: string; readonly code: string }
  | { readonly kind: 'disconnected'; readonly reason: string; readonly code: string }
  /** A person must approve the peer: what is approved comes back in the setting `trustedThumbprints`, SHA-256 in lower case. */
  | { readonly kind: 'untrusted'; readonly reason: string; readonly thumbprint: string; readonly subject: string; readonly certificatePem: string };

export interface ProbeReport {
  readonly ok: boolean;
  /** One sentence for the process engineer. */
  readonly message: string;
  readonly detail?: string;
}

/** What a group of tags that share a bottleneck (a slave of a line, a subscription) is asked for and what it gives, in samples per second. */
export interface GroupRate {
  /** `unit 7, every 1000 ms`. */
  readonly group: string;
  readonly scanIntervalMs: number;
  readonly tags: number;
  readonly askedPerSecond: number;
  /** What the device itself answered; a sample that only says "no connection" does not count. */
  readonly achievedPerSecond: number;
  /** Why less than asked is achieved; null when enough is. */
  readonly code: string | null;
  readonly reason: string | null;
}

/** A tag without usable values until a person corrects something; what heals by itself is no problem in this sense. */
export interface TagProblem {
  readonly tagId: number;
  readonly code: string;
  /** One clause with the remedy, to be read after the tag's name. */
  readonly reason: string;
}

/** One device connection. `open` resolves when data flows; it rejects with TemporaryError (retried) or ConfigurationError (not retried). */
export interface Connector<Address = unknown> {
  open(): Promise<void>;
  close(): Promise<void>;
  probe(): Promise<ProbeReport>;
  /** Replaces the set of tags without touching the connection. A bad tag is reported by its own status and never fails the others. */
  setTags(tags: readonly ConnectorTag<Address>[]): Promise<void>;
  /** Capability `poll`: the host calls it per scan interval; every asked tag gets exactly one observation. */
  poll?(tags: readonly ConnectorTag<Address>[]): Promise<readonly Observation[]>;
  /** Achieved beside asked rate of each group, the worst first; reported with the endpoint's state. Cheap: called every few seconds. */
  rates?(): readonly GroupRate[];
  /** Tags to correct now; reported with the endpoint's state. Cheap: called every few seconds. */
  tagProblems?(): readonly TagProblem[];
  /** How the device's tree differs from what it was; reported with the endpoint's state. Undefined when nothing is watched. Cheap. */
  modelChange?(): ModelChange | undefined;
  /** Capability `browse`. */
  browse?(glob: string): AsyncIterable<BrowsedTag>;
  /** Capability `read-history`: raw samples in [fromUs, toUs), oldest first, in pages. */
  readHistory?(
    tag: ConnectorTag<Address>,
    fromUs: TimeUs,
    toUs: TimeUs,
    options?: HistoryReadOptions,
  ): AsyncIterable<readonly Observation[]>;
}

export interface HistoryReadOptions {
  /** Begin with the last value before `fromUs`, with its own time, where the device gives it: what changes seldom holds from there on. */
  readonly withValueBefore?: boolean;
}

/** `connector` in package.json, validated by the gateway at boot. */
export interface ConnectorManifest {
  readonly type: string;
  readonly title: string;
  readonly capabilities: readonly Capability[];
  readonly maturity: 'experimental' | 'beta' | 'stable';
}

/** The default export of every connector package. Parsing does no I/O and throws ConfigurationError. */
export interface ConnectorFactory<Settings = unknown, Address = unknown> {
  parseSettings(raw: unknown): Settings;
  parseAddress(raw: unknown): Address;
  create(settings: Settings, host: ConnectorHost): Connector<Address>;
}

import type { ConnectorFactory } from '../connector.js';

/** A real device of the connector's protocol in this process, listening on a loopback port that never changes. */
export interface ConformanceDevice {
  /** Raw settings that reach this device, as a person would write them. */
  readonly settings: unknown;
  /** Secrets that the settings name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Raw addresses of at least three numeric tags; `set(index, …)` speaks of the same order. */
  readonly addresses: readonly unknown[];
  /** A well-formed address of something that this device doesn't have. */
  readonly missingAddress: unknown;
  /** A value of the device at `index`; integers from 0 to 30 000 arrive unchanged. */
  set(index: number, value: number): void;
  /** Lets the device give "not a number" at `index`; absent when the protocol has none. */
  readonly setNotANumber?: (index: number) => void;
  /** Kills the device without a farewell. */
  stop(): Promise<void>;
  /** The same device again, on the same port. */
  start(): Promise<void>;
  /** Connections that the device holds now. */
  openConnections(): number;
  /** Ends everything. */
  dispose(): Promise<void>;
}

export interface InvalidInput {
  readonly name: string;
  readonly raw: unknown;
}

export const CONFORMANCE_CASES = [
  'invalid settings are configuration errors',
  'invalid addresses are configuration errors',
  'a dead port is a temporary error',
  'every asked tag answers',
  'values and source times follow the device',
  'a bad tag is isolated',
  'not a number is never good',
  'replacing the tags keeps the connection',
  'an outage is declared once and heals',
  'close releases everything',
  'a closed endpoint can be opened again',
  'probe tells good from bad',
] as const;
export type ConformanceCase = (typeof CONFORMANCE_CASES)[number];

/** What a connector package hands to the kit. */
export interface ConformanceSubject {
  readonly name: string;
  readonly factory: ConnectorFactory;
  readonly invalidSettings: readonly InvalidInput[];
  readonly invalidAddresses: readonly InvalidInput[];
  /** Valid settings, but nobody listens there. */
  readonly deadSettings: unknown;
  startDevice(): Promise<ConformanceDevice>;
  /** Scan interval of the tags in milliseconds; default 200. */
  readonly scanIntervalMs?: number;
  /** How long data may take to come after `open` or after the device is back, in milliseconds; default 5 000. */
  readonly dataWithinMs?: number;
  /** Cases that don't apply, each with the reason. The list only shrinks. */
  readonly waivers?: Partial<Record<ConformanceCase, string>>;
}

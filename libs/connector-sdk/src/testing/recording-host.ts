import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimeUs } from '@telltale/tag-sample';
import type { ConnectorHost, EndpointState, Observation } from '../connector.js';
import { ConfigurationError } from '../connector.errors.js';

export interface RecordedGap {
  readonly tagIds: readonly number[];
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  readonly reason: string;
}

/** An observation with the moment it was emitted. */
export type RecordedObservation = Observation & { readonly emittedUs: TimeUs };

/** A host that remembers everything a connector tells it. */
export class RecordingHost implements ConnectorHost {
  readonly observations: RecordedObservation[] = [];
  readonly gaps: RecordedGap[] = [];
  readonly states: EndpointState[] = [];

  constructor(
    private readonly secrets: Readonly<Record<string, string>> = {},
    readonly storageDir: string = mkdtempSync(join(tmpdir(), 'telltale-connector-')),
  ) {}

  now(): TimeUs {
    return Date.now() * 1000;
  }

  emit(observations: readonly Observation[]): void {
    const emittedUs = this.now();
    for (const observation of observations) this.observations.push({ ...observation, emittedUs });
  }

  missed(gap: RecordedGap): void {
    this.gaps.push(gap);
  }

  state(change: EndpointState): void {
    this.states.push(change);
  }

  secret(name: string): string {
    const secret = this.secrets[name];
    if (secret !== undefined) return secret;
    throw new ConfigurationError('secret.absent', name, 'this secret is not known to the gateway', `Set the secret "${name}".`);
  }

  of(tagId: number): readonly RecordedObservation[] {
    return this.observations.filter((observation) => observation.tagId === tagId);
  }

  /** Removes the storage folder. */
  dispose(): void {
    rmSync(this.storageDir, { recursive: true, force: true });
  }
}

/** Waits until `condition` holds; fails with `what` after `withinMs`. */
export async function eventually(what: string, withinMs: number, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`within ${withinMs} ms: ${what}`);
    await pause(10);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

import type { ConnectorTag } from '@telltale/connector-sdk';
import { RecordingHost } from '@telltale/connector-sdk/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import opcUaConnector, { type OpcUaAddress, type OpcUaConnector } from '../src/index.js';
import { PASSWORD, USER, valueAddress } from './simulated-device.js';

/** Whatever listens: a device in this process or in its own. */
export interface Listening {
  readonly endpointUrl: string;
}

export const SECRETS = { 'plc-password': PASSWORD };

/** Settings as a person writes them, without any trust in the server. */
export const settingsFor = (device: Listening, more: object = {}): Record<string, unknown> => ({
  endpointUrl: device.endpointUrl,
  identity: { kind: 'user', user: USER, passwordSecret: 'plc-password' },
  ...more,
});

/** SHA-256 thumbprint of the certificate that the device shows, learnt as a person would: by trying. */
export async function thumbprintOf(device: Listening): Promise<string> {
  const host = new RecordingHost(SECRETS);
  try {
    await opcUaConnector.create(opcUaConnector.parseSettings(settingsFor(device)), host).probe();
    const untrusted = host.states.find((state) => state.kind === 'untrusted');
    if (untrusted?.kind !== 'untrusted') throw new Error('the device shows no certificate');
    return untrusted.thumbprint;
  } finally {
    host.dispose();
  }
}

/** Approves a certificate as the trust inbox does: its file in the trust list. */
export function approve(host: RecordingHost): void {
  const untrusted = host.states.findLast((state) => state.kind === 'untrusted');
  if (untrusted?.kind !== 'untrusted') throw new Error('nothing to approve');
  const folder = join(host.storageDir, 'trust', 'trusted');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${untrusted.thumbprint}.pem`), untrusted.certificatePem);
}

export const tagAt = (index: number, scanIntervalMs = 200, more: Partial<ConnectorTag<OpcUaAddress>> = {}): ConnectorTag<OpcUaAddress> => ({
  tagId: index + 1,
  tagPath: `test/value-${index}`,
  address: valueAddress(index),
  scanIntervalMs,
  ...more,
});

/** An opened connector on a device whose certificate is approved. */
export class OpenEndpoint {
  private constructor(readonly connector: OpcUaConnector, readonly host: RecordingHost, private readonly settings: object, private readonly tags: readonly ConnectorTag<OpcUaAddress>[]) {}

  static async open(device: Listening, tags: readonly ConnectorTag<OpcUaAddress>[], more: object = {}): Promise<OpenEndpoint> {
    const host = new RecordingHost(SECRETS);
    const settings = settingsFor(device, { trustedThumbprints: [await thumbprintOf(device)], ...more });
    return new OpenEndpoint(await opened(settings, host, tags), host, settings, tags);
  }

  /** The same endpoint with changed settings, as a gateway makes it: another connector with the same storage. */
  async reopened(more: object): Promise<OpcUaConnector> {
    await this.connector.close();
    return opened({ ...this.settings, ...more }, this.host, this.tags);
  }

  async close(): Promise<void> {
    await this.connector.close();
    this.host.dispose();
  }
}

async function opened(settings: object, host: RecordingHost, tags: readonly ConnectorTag<OpcUaAddress>[]): Promise<OpcUaConnector> {
  const connector = opcUaConnector.create(opcUaConnector.parseSettings(settings), host) as OpcUaConnector;
  await connector.setTags(tags);
  await connector.open();
  return connector;
}

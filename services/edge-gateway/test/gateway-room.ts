import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfiguredEndpoint, GatewayConfiguration } from '@telltale/ingest-contract';
import { edgeGatewaySettings, type EdgeGatewaySettings } from '../src/edge-gateway.settings.js';

export const testConnectors = join(import.meta.dirname, 'connectors');

export function settingsFor(folder: string, ingestUrl: string, more: Partial<Record<keyof EdgeGatewaySettings, unknown>> = {}): EdgeGatewaySettings {
  return edgeGatewaySettings.parse({
    INGEST_URL: ingestUrl,
    GATEWAY_KEY: 'test-key-0123456789',
    GATEWAY_DATA_DIR: folder,
    CONNECTORS_DIR: testConnectors,
    FLUSH_INTERVAL_MS: 100,
    CONFIGURATION_INTERVAL_MS: 100,
    STATUS_INTERVAL_MS: 100,
    RESEND_AFTER_MS: 500,
    LOG_LEVEL: 'silent',
    ...more,
  });
}

export function configurationOf(version: string, endpoints: readonly ConfiguredEndpoint[]): GatewayConfiguration {
  return { version, gatewayId: 7, site: 'ludwigshafen', endpoints: [...endpoints] };
}

export function endpointOf(connector: string, port: number, names: readonly string[], more: Partial<ConfiguredEndpoint> = {}): ConfiguredEndpoint {
  return {
    endpointId: 1, name: 'Line device', connector, settings: { port }, backfillDays: 0,
    tags: names.map((name, i) => ({ tagId: i + 1, tagPath: `acme/ludwigshafen/${name}`, address: { name }, scanIntervalMs: 100 })),
    ...more,
  };
}

export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-gateway-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function eventually(what: string, check: () => boolean, withinMs = 10_000): Promise<void> {
  const until = Date.now() + withinMs;
  while (!check()) {
    if (Date.now() > until) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await pauseMs(20);
  }
}

export const pauseMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

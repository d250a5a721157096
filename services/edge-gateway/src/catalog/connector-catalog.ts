import { pathToFileURL } from 'node:url';
import { findConnectors } from '@telltale/connector-catalog';
import type { ConnectorFactory, ConnectorManifest } from '@telltale/connector-sdk';
import { StartError } from '@telltale/service-runtime';

/** One connector that this gateway can use. */
export interface ConnectorEntry {
  readonly manifest: ConnectorManifest;
  readonly folder: string;
  readonly factory: ConnectorFactory;
}

/** Finds, validates and loads every connector below `folder`. Throws StartError with one sentence when one is invalid or doubled. */
export async function loadCatalog(folder?: string): Promise<ReadonlyMap<string, ConnectorEntry>> {
  const catalog = new Map<string, ConnectorEntry>();
  for (const { manifest, folder: place, entryFile } of findConnectors(folder)) {
    catalog.set(manifest.type, { manifest, folder: place, factory: await importFactory(place, entryFile) });
  }
  return catalog;
}

function isFactory(value: unknown): value is ConnectorFactory {
  return ['parseSettings', 'parseAddress', 'create'].every((name) => typeof Reflect.get(Object(value), name) === 'function');
}

async function importFactory(folder: string, entryFile: string): Promise<ConnectorFactory> {
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(entryFile).href);
  } catch (cause) {
    throw new StartError('CONNECTOR_UNLOADABLE', `The connector in ${folder} can't be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, 'Build it, or remove its folder', { cause });
  }
  const factory: unknown = Reflect.get(Object(loaded), 'default');
  if (isFactory(factory)) return factory;
  throw new StartError('CONNECTOR_INVALID', `The connector in ${folder} has no ConnectorFactory as its default export`, "Correct the connector's package.json, or remove its folder from CONNECTORS_DIR");
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseManifest, type ConnectorFactory, type ConnectorManifest } from '@telltale/connector-sdk';
import { StartError } from '@telltale/service-runtime';
import { z } from 'zod';

/** One connector that this gateway can use. */
export interface ConnectorEntry {
  readonly manifest: ConnectorManifest;
  readonly folder: string;
  readonly factory: ConnectorFactory;
}

const PackageJson = z.looseObject({
  name: z.string(),
  exports: z.looseObject({ '.': z.union([z.string(), z.record(z.string(), z.string())]) }),
});

const REMEDY = "Correct the connector's package.json, or remove its folder from CONNECTORS_DIR";

/** The connectors are imported in the form in which the gateway itself runs: sources under test, else built files. */
const runsFromSource = import.meta.url.endsWith('.ts');

/** The workspace's own connectors, seen from src/ or dist/ of this package. */
export const workspaceConnectors = (): string => resolve(dirname(fileURLToPath(import.meta.url)), '../../../../connectors');

/** Finds, validates and loads every connector below `folder`. Throws StartError with one sentence when one is invalid or doubled. */
export async function loadCatalog(folder: string = workspaceConnectors()): Promise<ReadonlyMap<string, ConnectorEntry>> {
  const found = findManifests(folder);
  const catalog = new Map<string, ConnectorEntry>();
  for (const { manifest, folder: place, entryFile } of found) {
    const twin = catalog.get(manifest.type);
    if (twin) throw new StartError('CONNECTOR_DOUBLE', `The connector type "${manifest.type}" is offered by ${twin.folder} and by ${place}`, 'Keep one of the two folders');
    catalog.set(manifest.type, { manifest, folder: place, factory: await importFactory(place, entryFile) });
  }
  return catalog;
}

interface Found {
  readonly manifest: ConnectorManifest;
  readonly folder: string;
  readonly entryFile: string;
}

function findManifests(folder: string): Found[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map((entry) => entry.name);
  } catch (cause) {
    throw new StartError('CONNECTORS_DIR_UNREADABLE', `The connectors folder ${folder} can't be read`, 'Set CONNECTORS_DIR to the folder with the connectors', { cause });
  }
  return names
    .sort()
    .map((name) => join(folder, name))
    .filter((place) => existsSync(join(place, 'package.json')))
    .map(readPackage);
}

function readPackage(folder: string): Found {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch (cause) {
    throw new StartError('CONNECTOR_INVALID', `${folder}/package.json is no JSON`, REMEDY, { cause });
  }
  const parsed = PackageJson.safeParse(json);
  if (!parsed.success) throw new StartError('CONNECTOR_INVALID', `${folder}/package.json needs "name" and "exports"`, REMEDY);
  const { name, exports } = parsed.data;
  const target = exports['.'];
  const file = typeof target === 'string' ? target : runsFromSource ? (target['source'] ?? target['default']) : target['default'];
  if (file === undefined) throw new StartError('CONNECTOR_INVALID', `${folder}/package.json exports no module`, REMEDY);
  try {
    return { manifest: parseManifest(name, json), folder, entryFile: join(folder, file) };
  } catch (cause) {
    throw new StartError('CONNECTOR_INVALID', cause instanceof Error ? cause.message.replace(/\.$/, '') : `${folder} is invalid`, REMEDY, { cause });
  }
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
  throw new StartError('CONNECTOR_INVALID', `The connector in ${folder} has no ConnectorFactory as its default export`, REMEDY);
}

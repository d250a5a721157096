import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseManifest, type ConnectorManifest } from '@telltale/connector-sdk';
import { StartError } from '@telltale/service-runtime';
import { z } from 'zod';

/** One connector package as it lies in the folder; nothing of it is loaded yet. */
export interface FoundConnector {
  readonly manifest: ConnectorManifest;
  readonly folder: string;
  /** The module with the ConnectorFactory. */
  readonly entryFile: string;
  /** The module with the schema of its addresses, free of the driver; null when the package has none. */
  readonly addressFile: string | null;
}

const Target = z.union([z.string(), z.record(z.string(), z.string())]);
const PackageJson = z.looseObject({
  name: z.string(),
  exports: z.looseObject({ '.': Target, './address': Target.optional() }),
});

const REMEDY = "Correct the connector's package.json, or remove its folder from CONNECTORS_DIR";

/** The connectors are imported in the form in which the platform itself runs: sources under test, else built files. */
const runsFromSource = import.meta.url.endsWith('.ts');

/** The workspace's own connectors, seen from src/ or dist/ of this package. */
export const workspaceConnectors = (): string => resolve(dirname(fileURLToPath(import.meta.url)), '../../../connectors');

/** Every connector below `folder`, by folder name. Throws StartError with one sentence when one is invalid or a type is there twice. */
export function findConnectors(folder: string = workspaceConnectors()): FoundConnector[] {
  const found = packageFolders(folder).map(readPackage);
  const byType = new Map<string, FoundConnector>();
  for (const connector of found) {
    const { type } = connector.manifest;
    const twin = byType.get(type);
    if (twin) throw new StartError('CONNECTOR_DOUBLE', `The connector type "${type}" is offered by ${twin.folder} and by ${connector.folder}`, 'Keep one of the two folders');
    byType.set(type, connector);
  }
  return found;
}

function packageFolders(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map((entry) => entry.name);
  } catch (cause) {
    throw new StartError('CONNECTORS_DIR_UNREADABLE', `The connectors folder ${folder} can't be read`, 'Set CONNECTORS_DIR to the folder with the connectors', { cause });
  }
  return names
    .sort()
    .map((name) => join(folder, name))
    .filter((place) => existsSync(join(place, 'package.json')));
}

function readPackage(folder: string): FoundConnector {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch (cause) {
    throw new StartError('CONNECTOR_INVALID', `${folder}/package.json is no JSON`, REMEDY, { cause });
  }
  const parsed = PackageJson.safeParse(json);
  if (!parsed.success) throw new StartError('CONNECTOR_INVALID', `${folder}/package.json needs "name" and "exports"`, REMEDY);
  const { name, exports } = parsed.data;
  const file = fileOf(exports['.']);
  if (file === undefined) throw new StartError('CONNECTOR_INVALID', `${folder}/package.json exports no module`, REMEDY);
  const addressFile = fileOf(exports['./address']);
  try {
    return { manifest: parseManifest(name, json), folder, entryFile: join(folder, file), addressFile: addressFile === undefined ? null : join(folder, addressFile) };
  } catch (cause) {
    throw new StartError('CONNECTOR_INVALID', cause instanceof Error ? cause.message.replace(/\.$/, '') : `${folder} is invalid`, REMEDY, { cause });
  }
}

function fileOf(target: z.infer<typeof Target> | undefined): string | undefined {
  if (typeof target !== 'object') return target;
  return runsFromSource ? (target['source'] ?? target['default']) : target['default'];
}

import { pathToFileURL } from 'node:url';
import { isAddressSchema, type AddressSchema } from '@telltale/connector-sdk';
import { StartError } from '@telltale/service-runtime';
import { findConnectors } from './connector-folder.js';

/**
 * How the addresses of every connector below `folder` are written, by type. Loads no driver. A connector without `./address` is left
 * out; one whose module fails or holds no schema ends the start with one sentence.
 */
export async function loadAddressSchemas(folder?: string): Promise<ReadonlyMap<string, AddressSchema>> {
  const schemas = new Map<string, AddressSchema>();
  for (const { manifest, folder: place, addressFile } of findConnectors(folder)) {
    if (addressFile !== null) schemas.set(manifest.type, await importSchema(place, addressFile));
  }
  return schemas;
}

async function importSchema(place: string, file: string): Promise<AddressSchema> {
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new StartError('CONNECTOR_UNLOADABLE', `The addresses of the connector in ${place} can't be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, 'Build it, or remove its folder', { cause });
  }
  const schema: unknown = Reflect.get(Object(loaded), 'default');
  if (isAddressSchema(schema)) return schema;
  throw new StartError('CONNECTOR_INVALID', `"./address" of the connector in ${place} has no zod schema as its default export`, "Correct the connector's package.json, or remove its folder from CONNECTORS_DIR");
}

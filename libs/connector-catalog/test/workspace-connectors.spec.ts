import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findConnectors, loadAddressSchemas, workspaceConnectors } from '../src/index.js';

const connectors = findConnectors();
const schemas = await loadAddressSchemas();
type Factory = { readonly default: { parseAddress(raw: unknown): unknown } };

/** Addresses that stand in the golden cases of a connector, as a list of tags or by name. */
function caseAddresses(folder: string): unknown[] {
  const cases = join(folder, 'test', 'cases');
  const tags = readdirSync(cases).flatMap((name) => Object.values(JSON.parse(readFileSync(join(cases, name, 'tags.json'), 'utf8')) as Record<string, object>));
  return tags.map((tag) => ('address' in tag ? tag.address : tag));
}

describe.each(connectors.map((connector) => ({ type: connector.manifest.type, ...connector })))('the connector $type', ({ type, folder, entryFile, addressFile }) => {
  it('says how its addresses are written, in a module without its driver', () => {
    expect(schemas.has(type)).toBe(true);
    const text = readFileSync(addressFile ?? '', 'utf8');
    const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imports).toEqual(imports.filter((name) => name === 'zod' || name?.startsWith('./') || name?.startsWith('@telltale/')));
  });

  it('takes the same addresses there as in its factory', async () => {
    const { default: factory } = (await import(pathToFileURL(entryFile).href)) as Factory;
    const known = caseAddresses(folder);
    expect(known.length).toBeGreaterThan(2);
    const addresses = [...known, {}, { nonsense: true }, null, 'text'];
    const schema = schemas.get(type);
    for (const address of addresses) {
      const told = schema?.safeParse(address);
      if (told?.success) expect(factory.parseAddress(address)).toEqual(told.data);
      else expect(() => factory.parseAddress(address)).toThrow();
    }
  });
});

it('the workspace has connectors', () => {
  expect([workspaceConnectors().endsWith('connectors'), connectors.length >= 2]).toEqual([true, true]);
});

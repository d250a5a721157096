import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalog } from './connector-catalog.js';

const factory = 'export default { parseSettings: (raw) => raw, parseAddress: (raw) => raw, create: () => ({}) };';
const manifest = (type: string): unknown => ({ type, title: 'Test', capabilities: ['poll'], maturity: 'experimental' });

async function withConnectors(packages: Readonly<Record<string, { json: unknown; code?: string }>>, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-catalog-'));
  try {
    for (const [name, { json, code = factory }] of Object.entries(packages)) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'package.json'), typeof json === 'string' ? json : JSON.stringify(json));
      writeFileSync(join(folder, name, 'index.mjs'), code);
    }
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const packageOf = (type: string): unknown => ({ name: `@plant/${type}`, type: 'module', exports: { '.': './index.mjs' }, connector: manifest(type) });

describe('the connector catalog', () => {
  it('finds every connector of the folder by its manifest', async () => {
    await withConnectors({ a: { json: packageOf('alpha') }, b: { json: packageOf('beta') } }, async (folder) => {
      mkdirSync(join(folder, 'notes'));
      expect([...(await loadCatalog(folder)).keys()]).toEqual(['alpha', 'beta']);
    });
  });

  it.each([
    ['a double type', { a: { json: packageOf('alpha') }, b: { json: packageOf('alpha') } }, /"alpha" is offered by .*a and by .*b\. Keep one/],
    ['broken JSON', { a: { json: '{' } }, /package\.json is no JSON\. Correct/],
    ['no manifest', { a: { json: { name: 'x', exports: { '.': './index.mjs' } } } }, /"connector" in package\.json/],
    ['an unknown capability', { a: { json: { ...Object(packageOf('alpha')), connector: { ...Object(manifest('alpha')), capabilities: ['write'] } } } }, /connector\.capabilities/],
    ['a module that fails', { a: { json: packageOf('alpha'), code: 'throw new Error("no driver");' } }, /can't be loaded: no driver/],
    ['no factory', { a: { json: packageOf('alpha'), code: 'export default {};' } }, /no ConnectorFactory/],
  ])('refuses %s with one sentence', async (_name, packages, message) => {
    await withConnectors(packages, async (folder) => {
      await expect(loadCatalog(folder)).rejects.toThrow(message);
      await expect(loadCatalog(folder)).rejects.not.toThrow(/\n/);
    });
  });

  it('refuses a folder that is not there', async () => {
    await expect(loadCatalog('/nowhere/at/all')).rejects.toThrow("The connectors folder /nowhere/at/all can't be read. Set CONNECTORS_DIR");
  });
});

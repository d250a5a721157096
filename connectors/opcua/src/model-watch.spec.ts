import { mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { BrowsedTag } from '@telltale/connector-sdk';
import { ModelWatch } from './model-watch.js';

const tagOf = (name: string): BrowsedTag => ({ path: `Plant/${name}`, address: { nodeId: `s=${name}` }, dataType: 'Double' });

test('a baseline that can not be read is kept, not replaced by the present tree', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-model-'));
  const file = join(folder, 'model.json');
  const tree = (...names: readonly string[]) => async function* (): AsyncIterable<BrowsedTag> { yield* names.map(tagOf); };
  const made = (): ModelWatch => new ModelWatch({ rules: ['Plant/**'], everyMinutes: 60 }, folder, () => 1_000_000);
  try {
    await made().look(tree('A', 'B'), 0);
    renameSync(file, join(folder, 'accepted'));
    // A link to itself can not be read, also not by root.
    symlinkSync(file, file);
    await expect(made().look(tree('A'), 0)).rejects.toThrow('ELOOP');
    renameSync(join(folder, 'accepted'), file);
    const watch = made();
    await watch.look(tree('A'), 0);
    expect(watch.latest?.differences).toMatchObject([{ change: 'vanished', path: 'Plant/B' }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

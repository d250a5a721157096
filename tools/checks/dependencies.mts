import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from './check.mts';
import { lastLines, runProgram } from './run-program.mts';

const GROUPS = ['libs', 'connectors', 'services'];

async function countSources(root: string): Promise<number> {
  let count = 0;
  for (const group of GROUPS) {
    for (const entry of await readdir(join(root, group), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (/[/\\](node_modules|dist)[/\\]/.test(path) || path.startsWith(join(root, 'services', 'console'))) continue;
      if (entry.isFile() && entry.name.endsWith('.ts')) count++;
    }
  }
  return count;
}

/** The dependency rule. A cruise that silently saw too little (wrong resolver, wrong compiler) is a failure too. */
export const dependencies: Check = {
  name: 'dependency rule',
  async run(root) {
    const { code, output } = await runProgram(root, join(root, 'node_modules', '.bin', 'depcruise'), [
      ...GROUPS, '--config', '.dependency-cruiser.cjs', '--output-type', 'err',
    ]);
    const seen = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
    const expected = await countSources(root);
    if (seen < expected) return [`The dependency check saw ${seen} modules of at least ${expected}: it proves nothing. Check its resolver options.`];
    return code === 0 ? [] : lastLines(output, 40);
  },
};

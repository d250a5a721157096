import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateAll } from '../generate.mts';
import type { Check } from './check.mts';

/** Whatever is generated equals what one command makes of the sources today. */
export const generated: Check = {
  name: 'generated files',
  async run(root) {
    const problems: string[] = [];
    for (const { path, text } of await generateAll(root)) {
      const present = await readFile(join(root, path), 'utf8').catch(() => null);
      if (present !== text) problems.push(`${path} is ${present === null ? 'missing' : 'out of date'}: run \`npm run generate\` and commit it.`);
    }
    return problems;
  },
};

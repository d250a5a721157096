import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.mts';
import { lastLines, runProgram } from './run-program.mts';

export const types: Check = {
  name: 'types',
  async run(root) {
    const compiler = join(root, 'node_modules', 'typescript-7', 'bin', 'tsc');
    const problems: string[] = [];
    for (const project of ['tsconfig.json', 'services/console/tsconfig.json']) {
      if (!existsSync(join(root, project))) continue;
      const { code, output } = await runProgram(root, process.execPath, [compiler, '--noEmit', '-p', project]);
      if (code !== 0) problems.push(...lastLines(output, 40));
    }
    return problems;
  },
};

import { join } from 'node:path';
import type { Check } from './check.mts';
import { lastLines, runProgram } from './run-program.mts';

export const lint: Check = {
  name: 'lint',
  async run(root) {
    const { code, output } = await runProgram(root, join(root, 'node_modules', '.bin', 'oxlint'), [
      '--type-aware', '--quiet', '--format', 'unix', 'libs', 'connectors', 'services', 'e2e', 'bench', 'tools',
    ]);
    return code === 0 ? [] : lastLines(output, 40);
  },
};

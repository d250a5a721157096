import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from './check.mts';
import { runProgram } from './run-program.mts';

const TOP_LEVEL = new Set(['services', 'libs', 'connectors', 'deploy', 'helm', 'docs', 'e2e', 'tools', 'bench', '.ci']);
const NOT_A_NAME = /(^|\/)(common|utils?|shared|core|helpers?|misc|manager)(\/|\.|-|$)/;
const SOURCE = /\.(ts|mts|tsx)$/;
const MAX_LINES = 400;

/** Where things may stand, what they may be called and how large a file may grow. */
export const rooms: Check = {
  name: 'rooms and names',
  async run(root) {
    const { output } = await runProgram(root, 'git', ['ls-files', '--cached', '--others', '--exclude-standard']);
    const files = output.split('\n').filter(Boolean);
    if (files.length === 0) return ['git lists no files here: run the checks in a clone.'];
    const problems: string[] = [];
    for (const file of files) {
      const [top, ...rest] = file.split('/');
      if (rest.length > 0 && top && !TOP_LEVEL.has(top)) problems.push(`${file}: "${top}" is not a room of this house (docs/architecture.md).`);
      if (NOT_A_NAME.test(file)) problems.push(`${file}: name it for a thing in the plant or a step in the flow (CONTRIBUTING.md, rule 1).`);
      if (!SOURCE.test(file) || file.includes('/generated/')) continue;
      const text = await readFile(join(root, file), 'utf8').catch(() => '');
      const lines = text.split('\n').length;
      if (lines > MAX_LINES && !file.includes('.spec.')) problems.push(`${file}: ${lines} lines, past ${MAX_LINES} it wants a second room.`);
    }
    return problems;
  },
};

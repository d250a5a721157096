import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from './check.mts';
import { runProgram } from './run-program.mts';

// Written in pieces so that this file does not find itself.
const FORBIDDEN: readonly [RegExp, string][] = [
  [new RegExp('(^|[\\s"\'(=])/work' + '/'), 'names a path of one machine'],
  [new RegExp('registry\\.npmjs' + '\\.org|pypi\\.' + 'org'), 'names a registry host'],
  [new RegExp('\\b(TO' + 'DO|FIX' + 'ME)\\b'), 'is unfinished: finish it or write it into the limits of the README'],
  [new RegExp('@ts-' + 'ignore|@ts-no' + 'check'), 'silences the compiler'],
  [new RegExp('-----BEGIN (RSA |EC )?PRIVATE' + ' KEY'), 'holds a private key'],
];
const TEXT = /\.(ts|mts|mjs|cjs|tsx|js|json|md|ya?ml|sql|css|html|sh|service|toml)$|Dockerfile$|\.ci\/run$/;

/** Nothing committed names a machine or a registry, holds a secret, or is left half done. */
export const cleanliness: Check = {
  name: 'cleanliness',
  async run(root) {
    const { output } = await runProgram(root, 'git', ['ls-files', '--cached', '--others', '--exclude-standard']);
    const problems: string[] = [];
    for (const file of output.split('\n').filter((name) => TEXT.test(name))) {
      const lines = (await readFile(join(root, file), 'utf8').catch(() => '')).split('\n');
      lines.forEach((line, index) => {
        for (const [pattern, what] of FORBIDDEN) if (pattern.test(line)) problems.push(`${file}:${index + 1} ${what}.`);
      });
    }
    return problems;
  },
};

// `npm run check [-- name …]`: every rule of the house. Exit code 1 and one line per violation.
import { resolve } from 'node:path';
import type { Check } from './checks/check.mts';
import { cleanliness } from './checks/cleanliness.mts';
import { dependencies } from './checks/dependencies.mts';
import { documents } from './checks/documents.mts';
import { generated } from './checks/generated.mts';
import { lint } from './checks/lint.mts';
import { rooms } from './checks/rooms.mts';
import { types } from './checks/types.mts';

export const checks: readonly Check[] = [types, lint, dependencies, rooms, documents, cleanliness, generated];

export async function runChecks(root: string, names: readonly string[]): Promise<{ passed: number; failed: number }> {
  const totals = { passed: 0, failed: 0 };
  for (const check of checks.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const startedAt = Date.now();
    const problems = await check.run(root);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(`${problems.length === 0 ? 'PASS' : 'FAIL'} check: ${check.name} (${seconds} s)\n`);
    for (const problem of problems) process.stdout.write(`  ${problem}\n`);
    totals[problems.length === 0 ? 'passed' : 'failed']++;
  }
  return totals;
}

if (process.argv[1] === import.meta.filename) {
  const { failed } = await runChecks(resolve(process.env['TELLTALE_CHECK_ROOT'] ?? resolve(import.meta.dirname, '..')), process.argv.slice(2));
  process.exitCode = failed === 0 ? 0 : 1;
}

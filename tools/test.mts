// `npm test [-- path …]`: the checks, then every suite. Ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runChecks } from './check.mts';

const root = resolve(import.meta.dirname, '..');
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'telltale-totals-'));
const totalsFile = join(folder, 'totals.json');

const checks = wanted.length === 0 ? await runChecks(root, []) : { passed: 0, failed: 0 };
const jest = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...wanted],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TELLTALE_TEST_TOTALS: totalsFile } },
);
const suites = readTotals();
rmSync(folder, { recursive: true, force: true });

const passed = checks.passed + suites.passed;
const failed = checks.failed + suites.failed + (jest.status === 0 || suites.failed > 0 ? 0 : 1);
process.stdout.write(`${passed} passed, ${failed} failed, ${suites.skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;

function readTotals(): { passed: number; failed: number; skipped: number } {
  try {
    return JSON.parse(readFileSync(totalsFile, 'utf8')) as { passed: number; failed: number; skipped: number };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

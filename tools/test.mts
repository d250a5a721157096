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

/** One after the other: suites measure seconds, and their servers take the second core. */
const runs = wanted.length > 0 ? [wanted] : [['--runInBand', '--testPathIgnorePatterns', '/e2e/'], ['--runInBand', 'e2e/']];

const total = { passed: 0, failed: 0, skipped: 0 };
if (wanted.length === 0) add(await runChecks(root, []));
for (const run of runs) add(jest(run));
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

function add({ passed, failed, skipped = 0 }: { passed: number; failed: number; skipped?: number }): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

/** A run that ended badly without a failed test (a crash, no test found) counts as one failure. */
function jest(options: readonly string[]): { passed: number; failed: number; skipped: number } {
  rmSync(totalsFile, { force: true });
  const { status } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...options],
    { cwd: root, stdio: 'inherit', env: { ...process.env, TELLTALE_TEST_TOTALS: totalsFile } },
  );
  const totals = readTotals();
  return status === 0 || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

function readTotals(): { passed: number; failed: number; skipped: number } {
  try {
    return JSON.parse(readFileSync(totalsFile, 'utf8')) as { passed: number; failed: number; skipped: number };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

// `npm test [-- path …]`: the checks, then every suite. Ends with `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runChecks } from './check.mts';

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Suites that have begun and not ended. */
  readonly running: readonly string[];
}

interface Run {
  readonly options: readonly string[];
  readonly withinMinutes: number;
}

const root = resolve(import.meta.dirname, '..');
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'telltale-totals-'));
const totalsFile = join(folder, 'totals.json');

/** Suites that mostly wait: for devices that go away, for processes that are killed. They run beside each other, not beside those that compute. */
const WAITING = ['connectors/', 'services/edge-gateway/', 'libs/connector-sdk/', 'libs/edge-spool/', 'libs/ingest-queue/', 'services/historian/', 'services/insights/'];

/** Jest need not wait for Node to take itself down: at that, Node 24 may turn round for ever in `Environment::CleanupHandles`. */
const runs: readonly Run[] =
  wanted.length > 0
    ? [{ options: wanted, withinMinutes: 60 }]
    : [
        { options: ['--maxWorkers=2', '--forceExit', '--testPathIgnorePatterns', '/dist/', '/e2e/', ...WAITING.map((folder) => `/${folder}`)], withinMinutes: 15 },
        { options: ['--maxWorkers=2', '--forceExit', ...WAITING], withinMinutes: 15 },
        { options: ['--runInBand', '--forceExit', 'e2e/'], withinMinutes: 15 },
      ];

const total = { passed: 0, failed: 0, skipped: 0 };
if (wanted.length === 0) add(await runChecks(root, []));
for (const run of runs) add(await jest(run));
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

function add({ passed, failed, skipped = 0 }: { passed: number; failed: number; skipped?: number }): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

/** A run that ended badly without a failed test (a crash, no test found, no end) counts as one failure. */
async function jest({ options, withinMinutes }: Run): Promise<Totals> {
  rmSync(totalsFile, { force: true });
  const words = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...options];
  const env = { ...process.env, TELLTALE_TEST_TOTALS: totalsFile };
  const child = spawn(process.execPath, words, { cwd: root, stdio: 'inherit', env });
  const deadline = setTimeout(() => {
    const { running } = readTotals();
    const where = running.length > 0 ? `in ${running.join(', ')}` : 'after the last suite';
    process.stdout.write(`FAIL: no end within ${withinMinutes} minutes, stopped ${where}.\n`);
    child.kill('SIGKILL');
  }, withinMinutes * 60_000);
  const code = await new Promise((ended) => child.once('exit', ended));
  clearTimeout(deadline);
  const totals = readTotals();
  return code === 0 || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

function readTotals(): Totals {
  try {
    return JSON.parse(readFileSync(totalsFile, 'utf8')) as Totals;
  } catch {
    return { passed: 0, failed: 0, skipped: 0, running: [] };
  }
}

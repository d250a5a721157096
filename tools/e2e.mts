// `npm run e2e [-- name]`: every story on both queue backends. `npm test` tells each story too, on fewer.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const wanted = process.argv.slice(2).map((name) => `e2e/${name}`);
const jest = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--runInBand', '--forceExit', ...(wanted.length > 0 ? wanted : ['e2e/'])],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TELLTALE_E2E: 'all' } },
);
process.exitCode = jest.status ?? 1;

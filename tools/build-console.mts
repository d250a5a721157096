// Builds the web console when one of its inputs is newer than the last build.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'services', 'console');
const mark = join(folder, 'dist', '.built');

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/[/\\](dist|node_modules)([/\\]|$)/.test(entry.parentPath))
  .map((entry) => join(entry.parentPath, entry.name));
const startedAt = Date.now();

if (sources.some((file) => changedAt(file) > changedAt(mark))) {
  process.stdout.write('Building the console …\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const built = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: folder, stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
  writeFileSync(mark, '');
  utimesSync(mark, startedAt / 1000, startedAt / 1000);
}

// Compiles every changed src/**/*.ts of libs, connectors and services to dist/ beside it. `--all` ignores time stamps.
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { transformFile, type Options } from '@swc/core';

const root = resolve(import.meta.dirname, '..');
const { $schema: _, ...swcrc } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8')) as Options & { $schema: string };
const all = process.argv.includes('--all');

async function packages(): Promise<string[]> {
  const found: string[] = [];
  for (const group of ['libs', 'connectors', 'services']) {
    for (const entry of await readdir(join(root, group), { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== 'console') found.push(join(root, group, entry.name));
    }
  }
  return found;
}

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const isSource = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.endsWith('.spec.ts');
const changedAt = async (file: string): Promise<number> => (await stat(file).catch(() => ({ mtimeMs: 0 }))).mtimeMs;

async function compile(source: string, target: string): Promise<boolean> {
  if (!all && (await changedAt(target)) >= (await changedAt(source))) return false;
  const { code, map } = await transformFile(source, {
    ...swcrc,
    swcrc: false,
    filename: source,
    sourceFileName: relative(dirname(target), source),
  });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(`${target}.map`, map ?? '');
  await writeFile(target, `${code}\n//# sourceMappingURL=${target.slice(dirname(target).length + 1)}.map\n`);
  return true;
}

async function buildPackage(folder: string): Promise<number> {
  const src = join(folder, 'src');
  const dist = join(folder, 'dist');
  const wanted = new Set<string>();
  let compiled = 0;
  for (const file of await files(src)) {
    const target = join(dist, relative(src, file));
    if (isSource(file)) {
      const js = target.replace(/\.ts$/, '.js');
      wanted.add(js).add(`${js}.map`);
      if (await compile(file, js)) compiled++;
    } else if (file.endsWith('.sql') || file.endsWith('.json')) {
      wanted.add(target);
      if (all || (await changedAt(target)) < (await changedAt(file))) {
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, readFileSync(file));
        compiled++;
      }
    }
  }
  for (const stale of await files(dist)) if (!wanted.has(stale)) await rm(stale);
  return compiled;
}

const counts = await Promise.all((await packages()).map(buildPackage));
const total = counts.reduce((sum, count) => sum + count, 0);
if (total > 0) process.stdout.write(`Built ${total} files.\n`);

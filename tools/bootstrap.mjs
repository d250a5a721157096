// Entry of `npm start` and `npm test`: plain JavaScript, runs on Node 20 with nothing installed.
// Installs what is missing, then hands over to the Node 24 that the project brings through npm.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const lock = join(root, 'package-lock.json');
const installedMark = join(root, 'node_modules', '.telltale-installed');
const [task, ...rest] = process.argv.slice(2);

const say = (text) => process.stdout.write(`${text}\n`);
const stop = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

function install() {
  const wanted = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(installedMark) && readFileSync(installedMark, 'utf8') === wanted) return;
  say('Installing the packages that Telltale needs (once, about a minute) …');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) stop('The packages could not be installed: see the lines above, check the connection to your npm registry, then run the same command again.');
  writeFileSync(installedMark, wanted);
}

function findNode() {
  const own = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(own)) return own;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 11)) return process.execPath;
  return stop(`Telltale needs Node 24.11 or newer on this platform (${process.platform} ${process.arch}) and found ${process.version}: install it and run the same command again.`);
}

/** Newest change below a folder; the time of a folder tells that a file has gone, unless a build writes there itself. */
function newestChange(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  let newest = entries.some(({ name }) => name === 'dist') ? 0 : statSync(folder).mtimeMs;
  for (const entry of entries) {
    if (entry.name === 'dist' || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestChange(path) : statSync(path).mtimeMs);
  }
  return newest;
}

/** Asking both builds whether they have something to do costs a second and more of a start; the mark answers at once. */
function build() {
  const mark = join(root, 'node_modules', '.cache', 'telltale-built');
  const builtAt = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (['libs', 'connectors', 'services', 'tools'].every((name) => newestChange(join(root, name)) < builtAt)) return;
  const startedAt = Date.now() / 1000;
  for (const step of ['tools/build.mts', 'tools/build-console.mts']) {
    const built = spawnSync(node, ['--no-warnings', join(root, step)], { cwd: root, stdio: 'inherit', env });
    if (built.status !== 0) stop(`The build stopped in ${step}: see the lines above.`);
  }
  mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
  writeFileSync(mark, '');
  utimesSync(mark, startedAt, startedAt);
}

// A plant in a box shall fit beside other work: a small heap, few malloc arenas. Compiled code is kept.
const SMALL = ['--max-semi-space-size=8', '--max-old-space-size=384'];

const tasks = {
  start: 'services/standalone/dist/main.js',
  test: 'tools/test.mts',
  check: 'tools/check.mts',
  generate: 'tools/generate.mts',
  bench: 'bench/main.mts',
  e2e: 'tools/e2e.mts',
  chaos: 'tools/chaos.mts',
  compat: 'tools/compat.mts',
  connector: 'services/edge-gateway/dist/connector-bench/main.js',
  build: null,
};
if (!(task in tasks)) stop(`There is no task "${task}": use one of ${Object.keys(tasks).join(', ')}.`);

install();
const node = findNode();
const env = { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` };
build();
if (tasks[task] === null) process.exit(0);

const child = spawn(node, ['--no-warnings', '--enable-source-maps', ...(task === 'start' ? SMALL : []), join(root, tasks[task]), ...rest], {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: task === 'start' ? { MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...env } : env,
});
// Ctrl-C reaches the whole process group; a signal sent to this process alone is passed on.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
// `npm` itself killed with -9 leaves us orphaned: end the child rather than run on unseen.
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
}, 1000);
child.on('exit', (code, signal) => {
  clearInterval(watch);
  process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
});

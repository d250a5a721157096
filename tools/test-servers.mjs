// Jest globalSetup: one throw-away Postgres (and Redis, where installed) for the whole run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const say = (line) => process.stdout.write(`${line}\n`);

export default async function startTestServers() {
  installMissing();
  const folder = await mkdtemp(join(tmpdir(), 'telltale-test-'));
  const [postgres, redis] = await Promise.all([startPostgres(join(folder, 'postgres')), startRedis()]);
  globalThis.stopTelltaleTestServers = async () => {
    redis?.kill('SIGKILL');
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function startPostgres(dataDir) {
  const given = process.env.TELLTALE_COMPAT_POSTGRES;
  if (given) {
    process.env.TELLTALE_TEST_POSTGRES = given;
    return { stop: async () => undefined };
  }
  const built = join(root, 'libs/embedded-postgres/dist/index.js');
  if (!existsSync(built))
    spawnSync(process.execPath, ['--no-warnings', join(root, 'tools/build.mts')], { stdio: 'inherit' });
  const { startEmbeddedPostgres, THROW_AWAY_SETTINGS } = await import(built);
  const postgres = await startEmbeddedPostgres({ dataDir, settings: THROW_AWAY_SETTINGS, durable: false, log: say });
  process.env.TELLTALE_TEST_POSTGRES = postgres.adminUrl;
  return postgres;
}

async function startRedis() {
  process.env.TELLTALE_TEST_REDIS = '';
  if (!installed('redis-server')) return null;
  const port = await freePort();
  const redis = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()],
    {
      stdio: 'ignore',
    },
  );
  redis.unref();
  process.once('exit', () => redis.kill('SIGKILL'));
  await answering(port);
  process.env.TELLTALE_TEST_REDIS = `redis://127.0.0.1:${port}`;
  return redis;
}

/** As root on Debian the programs that some suites need are installed; elsewhere those suites skip themselves. */
function installMissing() {
  const missing = ['redis-server', 'chromium', 'socat'].filter((program) => !installed(program));
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version') && installed('apt-get')) {
    say(`Installing ${missing.join(', ')} for the tests …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env, timeout: 180_000 });
    for (const program of missing) {
      spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', program], {
        stdio: 'ignore',
        env,
        timeout: 600_000,
      });
    }
  }
  for (const program of missing) {
    if (!installed(program)) say(`NOT TESTED: ${program} is not installed, the suites that need it are skipped.`);
  }
}

function installed(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

function freePort() {
  return new Promise((found, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

async function answering(port) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise((tell) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => tell(true)).once('error', () => tell(false));
      socket.once('connect', () => socket.end());
    });
    if (open) return;
    await new Promise((later) => setTimeout(later, 25));
  }
  throw new Error(`redis-server did not answer on port ${port}: start it by hand to see why.`);
}

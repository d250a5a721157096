// `npm run chaos [-- name … [--rounds=N] [--seed=N] [--fault=name]]`: the long fault suites, one after the other. Without a name it lists them.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

interface Suite {
  readonly what: string;
  readonly rounds: number;
  /** A suite that tells every round hangs when it says nothing for so long, ms. */
  readonly silenceMs?: number;
  readonly args: (rounds: number, seed: number, fault: string) => readonly string[];
  readonly env: (rounds: number, seed: number, fault: string) => Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '..');
const jest = (path: string): readonly string[] => ['--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js'), path, '-i', '--forceExit', '-t', 'SIGKILL|no fault'];
const script = (name: string) => (rounds: number, seed: number, fault: string): readonly string[] => [join(root, 'tools/chaos', `${name}.mts`), String(rounds), String(seed), fault];
const SUITES: Readonly<Record<string, Suite>> = {
  spool: {
    what: 'kills the writer of a spool at random instants: lost 0, duplicated 0',
    rounds: 1_000,
    args: (rounds, seed) => [join(root, 'libs/edge-spool/test/kill-rounds.mjs'), String(rounds), String(seed)],
    env: () => ({}),
  },
  gateway: {
    what: 'kills the gateway process under load: lost 0, duplicated 0, each interruption declared',
    rounds: 1_000,
    args: () => jest('services/edge-gateway/test/kill.medium'),
    env: (rounds) => ({ TELLTALE_GATEWAY_KILLS: String(rounds) }),
  },
  opcua: {
    what: 'kills, freezes, cuts off and replaces an OPC UA server: data again by itself, one gap per outage (--fault=… keeps to one fault)',
    rounds: 200,
    silenceMs: 180_000,
    args: () => jest('connectors/opcua/test/chaos'),
    env: (rounds, seed, fault) => ({ TELLTALE_CHAOS_ROUNDS: String(rounds), TELLTALE_CHAOS_SEED: String(seed), TELLTALE_CHAOS_FAULT: fault }),
  },
  modbus: {
    what: 'a Modbus device fails in 20 ways over TCP, RTU over TCP, TLS and a serial port, with every function: no wrong value, right again within two scans',
    rounds: 1,
    args: () => ['--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js'), 'connectors/modbus/test/misbehaviour', '-i', '--forceExit'],
    env: (rounds) => ({ TELLTALE_CHAOS_ROUNDS: String(rounds) }),
  },
  backfill: {
    what: 'rounds are seconds of plant time for which the cable to an OPC UA server with history is cut: all of it comes back, live values are not late meanwhile (--fault=tags=N)',
    rounds: 3_600,
    silenceMs: 300_000,
    args: script('backfill'),
    env: () => ({}),
  },
  line: {
    what: 'rounds are seconds of each fault (latency, loss, corruption, half-open, slow, cut) on the lines gateway - ingest and OPC UA server - gateway: lost 0, duplicated 0',
    rounds: 15,
    silenceMs: 300_000,
    args: script('line'),
    env: () => ({}),
  },
  historian: {
    what: 'kills the historian and a durable Postgres at random instants and at exact statements (commit, acknowledge, every step of compaction): lost 0, duplicated 0',
    rounds: 200,
    silenceMs: 600_000,
    args: script('historian'),
    env: () => ({}),
  },
  poison: {
    what: 'one job of 200 ends every consumer that works on it: it alone is put away after at most six, on both queue backends',
    rounds: 1,
    args: script('poison'),
    env: () => ({}),
  },
  redis: {
    what: 'Redis forgets everything (FLUSHALL, SIGKILL without persistence, away) between a gateway with its spool and Postgres: lost 0, duplicated 0',
    rounds: 40,
    args: script('redis'),
    env: () => ({}),
  },
  storage: {
    what: 'rounds are seconds of each fault: full data disk, full WAL disk, commits of 500 ms, Postgres away, Postgres killed 10 times in a row: lost 0, goes on within 30 s',
    rounds: 60,
    args: script('storage'),
    env: () => ({}),
  },
};

const given = process.argv.slice(2);
const option = (name: string): string | undefined => given.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const names = given.filter((arg) => !arg.startsWith('--'));
const unknown = [...names.filter((name) => !(name in SUITES)), ...given.filter((arg) => arg.startsWith('--') && !/^--(rounds=\d+|seed=\d+|fault=.+)$/.test(arg))];

if (names.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`Not understood: ${unknown.join(', ')}.\n`);
  for (const [name, { what, rounds }] of Object.entries(SUITES)) process.stdout.write(`${name.padEnd(9)} ${rounds} rounds: ${what}\n`);
  process.stdout.write('Use: npm run chaos -- <name …> [--rounds=N] [--seed=N] [--fault=name]\n');
  process.exitCode = names.length === 0 && unknown.length === 0 ? 0 : 64;
} else {
  for (const name of names) if (!(await run(name, SUITES[name]))) process.exitCode = 1;
}

async function run(name: string, suite: Suite | undefined): Promise<boolean> {
  if (suite === undefined) return false;
  const rounds = Number(option('rounds') ?? suite.rounds);
  const seed = Number(option('seed') ?? Date.now() % 1_000_000);
  process.stdout.write(`${name}: ${rounds} rounds, seed ${seed}\n`);
  const child = spawn(process.execPath, ['--no-warnings', ...suite.args(rounds, seed, option('fault') ?? '')], {
    cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...suite.env(rounds, seed, option('fault') ?? '') },
  });
  let saidAtMs = performance.now();
  child.stdout.on('data', (part: Buffer) => {
    saidAtMs = performance.now();
    process.stdout.write(part);
  });
  const watch = setInterval(() => {
    if (suite.silenceMs === undefined || performance.now() - saidAtMs < suite.silenceMs) return;
    process.stderr.write(`${name} said nothing for ${suite.silenceMs / 1000} s: it hangs and is ended.\n`);
    child.kill('SIGKILL');
  }, 1_000);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  clearInterval(watch);
  process.stdout.write(`${name}: ${code === 0 ? 'passed' : 'FAILED'}\n`);
  return code === 0;
}

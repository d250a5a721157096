// `npm run chaos -- storage`: the disk of Postgres is full, its WAL disk is full, commits take 500 ms, Postgres is away. Usage: storage.mts <seconds of each fault> <seed> [fault]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DurablePostgres } from './durable-postgres.mts';
import { eventually } from './eventually.mts';
import { HistorianRoom } from './historian-room.mts';
import { seededRandom } from './seeded-random.mts';

const [seconds = 60, seed = 1] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4] ?? '';
const RESUME_WITHIN_MS = 30_000;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Outcome {
  readonly resumedAfterS: number;
  readonly remark: string;
}
interface StorageFault {
  readonly small?: 'data' | 'wal';
  readonly strike: (room: HistorianRoom, mount: string | undefined) => Promise<Outcome>;
}

const FAULTS: Readonly<Record<string, StorageFault>> = {
  'data-disk-full': { small: 'data', strike: fillDisk },
  'wal-disk-full': { small: 'wal', strike: fillDisk },
  'slow-commits': {
    strike: async (room) => {
      room.relay.commitDelayMs = 500;
      const before = await room.committed();
      await pause(seconds * 1_000);
      const during = ((await room.committed()) - before) / seconds;
      room.relay.commitDelayMs = 0;
      return { resumedAfterS: await room.flowsAgain(RESUME_WITHIN_MS), remark: `${during.toFixed(1)} batches/s were committed meanwhile` };
    },
  },
  'postgres-away': {
    strike: async (room) => {
      await room.postgres.stop();
      await pause(seconds * 1_000);
      await room.postgres.restart();
      return { resumedAfterS: await room.flowsAgain(RESUME_WITHIN_MS), remark: '' };
    },
  },
  'postgres-killed-in-a-row': {
    strike: async (room) => {
      let slowest = 0;
      for (let i = 0; i < 10; i++) {
        room.postgres.kill();
        await room.postgres.restart();
        slowest = Math.max(slowest, await room.flowsAgain(RESUME_WITHIN_MS));
      }
      return { resumedAfterS: slowest, remark: '10 times' };
    },
  },
};

/** Leaves not a byte, until nothing is committed any more; gives the room back after a while. */
async function fillDisk(room: HistorianRoom, mount: string | undefined): Promise<Outcome> {
  const ballast = join(mount ?? '', 'ballast');
  const { bavail, bsize } = statfsSync(mount ?? '');
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 2_000_000)));
  let last = -1;
  const ended = (): boolean => !existsSync(`/proc/${room.postgres.pid}`);
  await eventually('the full disk stops the flow', async () => {
    if (ended()) return true;
    const now = await room.committed().catch(() => last);
    const stands = now === last;
    last = now;
    await pause(1_500);
    return stands;
  }, 180_000);
  const crashed = ended();
  await pause(seconds * 1_000);
  rmSync(ballast);
  // What a supervisor does with a Postgres that ended itself.
  if (crashed || ended()) await room.postgres.restart();
  const resumedAfterS = await room.flowsAgain(RESUME_WITHIN_MS);
  const full = (await room.postgres.log()).match(/No space left on device/g)?.length ?? 0;
  return { resumedAfterS, remark: `Postgres said ${full} times that there is no space${crashed ? ' and ended itself' : ''}` };
}

/** A small disk of its own for the data or the WAL. */
async function smallDisk(kind: 'data' | 'wal'): Promise<{ folder: string; mount: string; remove(): void }> {
  const folder = await mkdtemp(join(tmpdir(), 'telltale-full-'));
  execFileSync('chmod', ['755', folder]);
  const mount = kind === 'data' ? join(folder, 'data') : join(folder, 'wal');
  mkdirSync(mount);
  execFileSync('mount', ['-t', 'tmpfs', '-o', kind === 'data' ? 'size=220m,mode=755' : 'size=120m,mode=755', 'tmpfs', mount]);
  if (kind === 'data') mkdirSync(join(folder, 'wal'));
  const wal = join(folder, 'wal', 'pg_wal');
  const maker = await DurablePostgres.open({ folder });
  const cluster = join(maker.dataDir, 'cluster');
  await maker.close();
  execFileSync('cp', ['-a', join(cluster, 'pg_wal'), wal]);
  execFileSync('rm', ['-rf', join(cluster, 'pg_wal')]);
  symlinkSync(wal, join(cluster, 'pg_wal'));
  return {
    folder,
    mount,
    remove: () => {
      execFileSync('umount', ['-l', mount]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(name: string, fault: StorageFault): Promise<boolean> {
  if (fault.small !== undefined && (process.platform !== 'linux' || process.getuid?.() !== 0)) {
    say(`NOT TESTED: ${name} needs root on Linux to mount a small disk.`);
    return true;
  }
  const disk = fault.small === undefined ? undefined : await smallDisk(fault.small);
  const settings: Readonly<Record<string, string | number>> = fault.small === 'wal' ? { max_wal_size: '64MB', min_wal_size: '32MB', wal_keep_size: 0 } : {};
  const room = await HistorianRoom.open(seededRandom(seed), say, disk === undefined ? { settings } : { folder: disk.folder, settings });
  const problems: string[] = [];
  let outcome: Outcome = { resumedAfterS: Number.NaN, remark: '' };
  let verdict = { lost: 0, duplicated: 0, unexpected: 0 };
  let mostMb = 0;
  await pause(3_000);
  const usualMb = room.historian.rssMb();
  const watch = setInterval(() => (mostMb = Math.max(mostMb, room.historian.rssMb())), 200);
  try {
    outcome = await fault.strike(room, disk?.mount);
    const { remarks, ...counts } = await room.conclude();
    verdict = counts;
    problems.push(...remarks);
  } catch (error) {
    problems.push(`${error instanceof Error ? error.message : String(error)} The historian said: ${room.historian.said.slice(-600)}`);
  }
  clearInterval(watch);
  await room.close();
  disk?.remove();
  for (const problem of problems.slice(0, 10)) say(`PROBLEM: ${problem}`);
  say(JSON.stringify({ chaos: 'storage', fault: name, seconds, seed, ...verdict, problems: problems.length, ...outcome, ...room.totals, starts: room.starts, usualMb: Math.round(usualMb), mostMb: Math.round(mostMb) }));
  return verdict.lost + verdict.duplicated + verdict.unexpected + problems.length === 0 && outcome.resumedAfterS <= RESUME_WITHIN_MS / 1_000 && mostMb <= Math.max(350, usualMb * 1.5);
}

const names = Object.keys(FAULTS).filter((name) => only === '' || name === only);
if (names.length === 0) throw new Error(`There is no fault "${only}": use one of ${Object.keys(FAULTS).join(', ')}.`);
for (const name of names) {
  const fault = FAULTS[name];
  if (fault !== undefined && !(await run(name, fault))) process.exitCode = 1;
}

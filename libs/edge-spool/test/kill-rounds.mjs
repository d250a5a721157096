// `node libs/edge-spool/test/kill-rounds.mjs 1000 [seed]`: SIGKILLs the writer at random instants; prints lost / duplicated / unexpected.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeSpool } from '../dist/index.js';

/** mulberry32 */
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

async function killOnce(folder, afterMs) {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'spool-writer.mjs'), folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let trouble = '';
  child.stderr.on('data', (part) => (trouble += part));
  const opened = new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([opened, ended]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended;
  if (trouble) throw new Error(trouble);
}

/** Kills `rounds` times, then drains what is left, and compares with what was appended. */
export async function killRounds(rounds, seed) {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-kill-'));
  const next = random(seed);
  try {
    for (let round = 0; round < rounds; round++) await killOnce(folder, next() * 40);
    const spool = new EdgeSpool({
      file: join(folder, 'spool.sqlite'), maxBytes: 1e9, maxAgeMs: 1e9, whenFull: 'refuse-new', ballastBytes: 0, windowBatches: 1e6, now: () => Date.now() * 1000,
    });
    const appended = Number(spool.bookmarks().get('next') ?? 1) - 1;
    const lines = readFileSync(join(folder, 'ledger'), 'utf8').split('\n').filter(Boolean);
    for (const record of spool.take(1e6)) lines.push(`${record.epoch}/${record.seq} ${record.lost ? 'lost' : Buffer.from(record.bytes).toString().split(' ')[0]}`);
    const incidents = [...spool.incidents];
    spool.close();
    return { ...verdict(lines, appended), appended, incidents };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function verdict(lines, appended) {
  const byIdentity = new Map();
  let unexpected = 0;
  for (const line of lines) {
    const [identity, batch] = line.split(' ');
    if ((byIdentity.get(identity) ?? batch) !== batch) unexpected++;
    byIdentity.set(identity, batch);
  }
  const times = new Map();
  for (const batch of byIdentity.values()) times.set(batch, (times.get(batch) ?? 0) + 1);
  let lost = 0;
  let duplicated = 0;
  for (let n = 1; n <= appended; n++) {
    const count = times.get(`batch-${n}`) ?? 0;
    if (count === 0) lost++;
    if (count > 1) duplicated++;
    times.delete(`batch-${n}`);
  }
  return { lost, duplicated, unexpected: unexpected + times.size };
}

if (process.argv[1] === import.meta.filename) {
  const rounds = Number(process.argv[2] ?? 1000);
  const seed = Number(process.argv[3] ?? Date.now() % 1e9);
  const result = await killRounds(rounds, seed);
  process.stdout.write(`${rounds} kills, seed ${seed}: ${result.appended} batches, lost ${result.lost}, duplicated ${result.duplicated}, unexpected ${result.unexpected}\n`);
  process.exitCode = result.lost + result.duplicated + result.unexpected === 0 ? 0 : 1;
}

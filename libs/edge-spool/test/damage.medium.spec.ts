import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EdgeSpool, type SpoolOptions } from '../src/index.js';
import { inMemoryFolder, inTemporaryFolder } from './temporary-folder.js';

const now = (): number => 1_790_000_000_000_000;
const options = (folder: string, more: Partial<SpoolOptions> = {}): SpoolOptions => ({
  file: join(folder, 'spool.sqlite'), maxBytes: 1e8, maxAgeMs: 1e9, whenFull: 'refuse-new', ballastBytes: 0, now, ...more,
});
const body = (n: number, size: number): Buffer => Buffer.from(`batch ${n} `.padEnd(size, String(n)));
const append = (spool: EdgeSpool, n: number, size: number): void =>
  void spool.append({ lane: 'live', bytes: body(n, size), samples: 1, fromUs: n * 1e6, toUs: (n + 1) * 1e6, subjects: [1] });

/** Enough to cover a record's id, its columns and their types. */
const HEAD_BYTES = 48;

/** Opens, drains and closes twice: a damaged spool must heal once and then be quiet. */
function deliveredBy(folder: string): { texts: string[]; tombstones: number; incidents: number } {
  const spool = new EdgeSpool(options(folder));
  const records = spool.take(100);
  const texts = records.filter((record) => !record.lost).map((record) => Buffer.from(record.bytes).toString());
  const incidents = spool.incidents.length;
  spool.close();
  const again = new EdgeSpool(options(folder));
  expect(again.incidents).toEqual([]);
  expect(again.take(100).map((record) => record.seq)).toEqual(records.map((record) => record.seq));
  again.close();
  return { texts, tombstones: records.length - texts.length, incidents };
}

/** Where the record's content lies: rows that were rewritten leave stale copies of it in free pages. */
function contentOf(bytes: Buffer, content: Buffer, probe: string): number {
  const needle = content.subarray(0, 400);
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
    mkdirSync(probe);
    const flipped = Buffer.from(bytes);
    flipped[at + 10]! ^= 1;
    writeFileSync(join(probe, 'spool.sqlite'), flipped);
    const { tombstones } = deliveredBy(probe);
    rmSync(probe, { recursive: true });
    if (tombstones > 0) return at;
  }
  throw new Error('the record is not in the file');
}

describe('a damaged spool', () => {
  // 5 000 bytes go beyond a page. What lies before the content are ids, times, numbers and check sums: there the highest bit counts too.
  it.each([24, 130, 400, 5_000])('loses at most the last record when any byte of it is flipped, numbered or not, and heals once (%i bytes)', async (size) => {
    for (const numbered of [false, true]) {
      await inMemoryFolder((folder) => {
        const original = join(folder, 'original');
        mkdirSync(original);
        const spool = new EdgeSpool(options(original));
        for (let n = 1; n <= 3; n++) append(spool, n, size);
        if (numbered) spool.take(3);
        spool.close();
        const bytes = readFileSync(join(original, 'spool.sqlite'));
        const content = contentOf(bytes, body(3, size), join(folder, 'probe'));
        const good = [1, 2, 3].map((n) => body(n, size).toString());
        const bits = (offset: number): number[] => (size === 130 ? [0, 1, 2, 3, 4, 5, 6, 7] : [offset % 7, 7]);
        const head = Array.from({ length: HEAD_BYTES }, (_, at) => content - HEAD_BYTES + at).flatMap((offset) => bits(offset).map((bit) => ({ offset, bit })));
        const rest = Array.from({ length: Math.ceil(Math.min(size, 400) / 5) }, (_, at) => ({ offset: content + at * 5, bit: at & 7 }));
        const copy = join(folder, 'copy');
        for (const { offset, bit } of [...head, ...rest]) {
          mkdirSync(copy);
          const flipped = Buffer.from(bytes);
          flipped[offset]! ^= 1 << bit;
          writeFileSync(join(copy, 'spool.sqlite'), flipped);
          const { texts, tombstones, incidents } = deliveredBy(copy);
          const at = { before: content - offset, bit, numbered };
          // A missing record is never silent: it has a tombstone and an incident. The first bytes may belong to a neighbour.
          const lost = good.filter((text) => !texts.includes(text));
          expect({ ...at, arrived: texts.length, lost: lost.length }).toEqual({ ...at, arrived: 3 - tombstones, lost: tombstones });
          expect({ ...at, tombstones, incidents }).toEqual({ ...at, tombstones: Math.min(tombstones, 1), incidents: tombstones > 0 ? 1 : Math.min(incidents, 1) });
          if (offset >= content) expect({ ...at, lost }).toEqual({ ...at, lost: good.slice(2) });
          rmSync(copy, { recursive: true });
        }
      });
    }
  }, 60_000);

  it('survives a flipped byte anywhere in the file: sound records arrive once, a loss is declared, never a crash loop', async () => {
    await inMemoryFolder((folder) => {
      const count = 40;
      const original = join(folder, 'original');
      mkdirSync(original);
      const spool = new EdgeSpool(options(original));
      for (let n = 1; n <= count; n++) append(spool, n, 130);
      spool.take(15);
      spool.close();
      const bytes = readFileSync(join(original, 'spool.sqlite'));
      const good = new Set(Array.from({ length: count }, (_, i) => body(i + 1, 130).toString()));
      const copy = join(folder, 'copy');
      // Every 97th bit of the first page (header and schema), then a walk through all the others.
      for (let bit = 8; bit < bytes.length * 8; bit += bit < 4096 * 8 ? 97 : 2_053) {
        mkdirSync(copy);
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        writeFileSync(join(copy, 'spool.sqlite'), flipped);
        const { texts, tombstones } = deliveredBy(copy);
        expect({ bit, strange: texts.filter((text) => !good.has(text)), twice: texts.length - new Set(texts).size }).toEqual({ bit, strange: [], twice: 0 });
        if (texts.length < count) expect({ bit, tombstones }).not.toEqual({ bit, tombstones: 0 });
        rmSync(copy, { recursive: true });
      }
    });
  }, 60_000);

  it('declares the stretch between the neighbours of a damaged record that was waiting in the middle', async () => {
    await inTemporaryFolder((folder) => {
      const spool = new EdgeSpool(options(folder));
      for (let n = 1; n <= 9; n++) append(spool, n, 200);
      spool.close();
      const bytes = readFileSync(join(folder, 'spool.sqlite'));
      bytes[bytes.indexOf('batch 4 ') + 50]! ^= 1;
      writeFileSync(join(folder, 'spool.sqlite'), bytes);
      const again = new EdgeSpool(options(folder));
      const records = again.take(20);
      expect(records.flatMap(({ lost }) => (lost ? [{ fromUs: lost.fromUs, toUs: lost.toUs, cause: lost.cause }] : []))).toEqual([{ fromUs: 4e6, toUs: 5e6, cause: 'corrupt' }]);
      expect(records).toHaveLength(9);
      again.close();
    });
  });

  it('survives a journal torn at every 16th byte: what had been committed before the tear is there', async () => {
    await inMemoryFolder((folder) => {
      const live = new EdgeSpool(options(folder));
      append(live, 1, 300);
      const walBefore = statSync(join(folder, 'spool.sqlite-wal')).size;
      append(live, 2, 300);
      const walAfter = statSync(join(folder, 'spool.sqlite-wal')).size;
      expect(walAfter).toBeGreaterThan(walBefore);
      for (let length = walBefore; length <= walAfter; length += 16) {
        const copy = join(folder, `cut-${length}`);
        mkdirSync(copy);
        for (const part of ['', '-wal']) copyFileSync(join(folder, `spool.sqlite${part}`), join(copy, `spool.sqlite${part}`));
        truncateSync(join(copy, 'spool.sqlite-wal'), length);
        const { texts, tombstones } = deliveredBy(copy);
        expect(tombstones).toBe(0);
        expect(texts).toEqual(length === walAfter ? [body(1, 300).toString(), body(2, 300).toString()] : [body(1, 300).toString()]);
        rmSync(copy, { recursive: true });
      }
      live.close();
    });
  }, 240_000);

  it('begins anew when the file is no spool at all, keeps the file and declares the stretch', async () => {
    await inTemporaryFolder((folder) => {
      writeFileSync(join(folder, 'spool.sqlite'), Buffer.alloc(50_000, 'garbage'));
      const spool = new EdgeSpool(options(folder));
      expect(spool.incidents).toEqual([expect.stringContaining('could not be read')]);
      expect(spool.depth().quarantined).toBe(1);
      append(spool, 1, 100);
      expect(spool.take(5).map((record) => record.lost?.cause ?? 'batch')).toEqual(['corrupt', 'batch']);
      spool.close();
      expect(readdirSync(folder).filter((name) => name.includes('.broken-'))).toHaveLength(1);
    });
  });

  it('finds damage that appears while it runs and goes on', async () => {
    await inTemporaryFolder((folder) => {
      const spool = new EdgeSpool(options(folder));
      for (let n = 1; n <= 20; n++) append(spool, n, 300_000);
      spool.close();
      const file = join(folder, 'spool.sqlite');
      const again = new EdgeSpool(options(folder));
      const bytes = readFileSync(file);
      bytes[bytes.indexOf('batch 7 ') + 100_000]! ^= 4;
      writeFileSync(file, bytes);
      const records = again.take(50);
      expect(records.filter((record) => record.lost)).toHaveLength(1);
      expect(records).toHaveLength(20);
      expect(again.incidents).toHaveLength(1);
      again.close();
    });
  });
});

const isRoot = process.getuid?.() === 0;
const canMount = isRoot && spawnSync('mount', ['--version']).status === 0;
const loud = canMount ? it : it.skip;
if (!canMount) process.stderr.write('SKIPPED: the full-disk test of the spool needs root and mount.\n');

describe('a full disk', () => {
  loud.each(['refuse-new', 'drop-oldest'] as const)('costs what the policy %s says, is declared, and recovers', (whenFull) => {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-full-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
    if (mounted.status !== 0) {
      process.stderr.write(`SKIPPED: tmpfs can't be mounted here (${mounted.stderr.toString().trim()}).\n`);
      return;
    }
    const spool = new EdgeSpool(options(folder, { whenFull, ballastBytes: 1_048_576 }));
    try {
      let recorded = 0;
      let lost = 0;
      for (let n = 1; n <= 600; n++) {
        const outcome = spool.append({ lane: 'live', bytes: body(n, 10_000), samples: 1, fromUs: n * 1e6, toUs: (n + 1) * 1e6, subjects: [1] });
        if (outcome.recorded) recorded++;
        lost += outcome.lost.length;
      }
      expect(lost).toBeGreaterThan(100);
      let delivered = 0;
      let declared = 0;
      for (let more = spool.take(20); more.length > 0; more = spool.take(20)) {
        for (const record of more) {
          if (record.lost) declared += record.lost.samples;
          else delivered++;
        }
        spool.acknowledge(more.at(-1) ?? { epoch: 0, seq: 0 });
        if (declared === 0) append(spool, 601, 100);
      }
      expect(delivered + declared).toBeGreaterThanOrEqual(600);
      expect(declared).toBe(lost);
      append(spool, 602, 100);
      expect(spool.take(1).map((record) => Buffer.from(record.bytes).toString().trim().slice(0, 9))).toEqual(['batch 602']);
    } finally {
      spool.close();
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a writer killed with SIGKILL', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['--no-warnings', join(import.meta.dirname, '../../../tools/build.mts')]);
  }, 60_000);

  it('loses nothing and duplicates nothing in 40 rounds (1 000 with test/kill-rounds.mjs)', () => {
    const run = spawnSync(process.execPath, ['--no-warnings', join(import.meta.dirname, 'kill-rounds.mjs'), '40', '20261123'], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/40 kills.*: [1-9]\d* batches, lost 0, duplicated 0, unexpected 0/);
  }, 240_000);
});

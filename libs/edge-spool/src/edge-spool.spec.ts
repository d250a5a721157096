import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { inTemporaryFolder } from '../test/temporary-folder.js';
import { EdgeSpool } from './edge-spool.js';
import type { SpoolEntry, SpoolOptions, SpoolRecord } from './spool-contract.js';

const T0 = 1_790_000_000_000_000;
const options = (folder: string, more: Partial<SpoolOptions> = {}): SpoolOptions => ({
  file: join(folder, 'spool.sqlite'),
  maxBytes: 10_000_000,
  maxAgeMs: 86_400_000,
  whenFull: 'refuse-new',
  ballastBytes: 0,
  now: () => T0,
  ...more,
});
const entry = (n: number, more: Partial<SpoolEntry> = {}): SpoolEntry => ({
  lane: 'live',
  bytes: Buffer.from(`batch ${n}`.padEnd(100)),
  samples: 10,
  fromUs: T0 + n * 1e6,
  toUs: T0 + (n + 1) * 1e6,
  subjects: [1],
  ...more,
});
const text = (record: SpoolRecord): string => Buffer.from(record.bytes).toString().trim();

describe('EdgeSpool', () => {
  it('numbers without holes in the order of sending, live before backlog', async () => {
    await inTemporaryFolder((folder) => {
      const spool = new EdgeSpool(options(folder));
      spool.append(entry(1, { lane: 'backlog' }));
      spool.append(entry(2));
      spool.append(entry(3));
      const records = spool.take(10);
      expect(records.map((record) => [record.seq, text(record)])).toEqual([[1, 'batch 2'], [2, 'batch 3'], [3, 'batch 1']]);
      expect(spool.take(10)).toEqual([]);
      spool.close();
    });
  });

  it('keeps a batch until the watermark covers it, whatever else happens', async () => {
    await inTemporaryFolder((folder) => {
      const spool = new EdgeSpool(options(folder, { resendAfterMs: 0 }));
      for (let n = 1; n <= 5; n++) spool.append(entry(n));
      const [first] = spool.take(3);
      const epoch = first?.epoch ?? 0;
      expect(spool.acknowledge({ epoch, seq: 2 })).toBe(2);
      expect(spool.acknowledge({ epoch, seq: 1 })).toBe(0);
      expect(spool.acknowledge({ epoch: epoch - 1, seq: 99 })).toBe(0);
      expect(spool.take(10).map(text)).toEqual(['batch 3', 'batch 4', 'batch 5']);
      expect(spool.depth().batches).toBe(3);
      spool.close();
      const again = new EdgeSpool(options(folder));
      expect(again.take(10).map((record) => [record.epoch, record.seq, text(record)])).toEqual([
        [epoch, 3, 'batch 3'],
        [epoch, 4, 'batch 4'],
        [epoch, 5, 'batch 5'],
      ]);
      again.append(entry(6));
      const [fresh] = again.take(1);
      expect(fresh?.seq).toBe(1);
      expect(fresh?.epoch).toBeGreaterThan(epoch);
      again.close();
    });
  });

  it('never uses an epoch again, even when the file is lost within the same second', async () => {
    await inTemporaryFolder(async (folder) => {
      const { rmSync } = await import('node:fs');
      const epochs = new Set<number>();
      for (let life = 0; life < 5; life++) {
        const spool = new EdgeSpool(options(folder));
        spool.append(entry(life));
        epochs.add(spool.take(1)[0]?.epoch ?? 0);
        spool.close();
        for (const part of ['', '-wal', '-shm']) rmSync(join(folder, `spool.sqlite${part}`), { force: true });
      }
      expect(epochs.size).toBe(5);
    });
  });

  it('saves bookmarks in the commit of the batch', async () => {
    await inTemporaryFolder((folder) => {
      const spool = new EdgeSpool(options(folder));
      spool.append(entry(1), { 'recorded/1': '5', gone: 'x' });
      spool.mark({ gone: null });
      spool.close();
      const again = new EdgeSpool(options(folder));
      expect([...again.bookmarks()]).toEqual([['recorded/1', '5']]);
      again.close();
    });
  });

  it('puts a tombstone with the same number in the place of a refused batch', async () => {
    await inTemporaryFolder((folder) => {
      const spool = new EdgeSpool(options(folder));
      spool.append(entry(1));
      const [record] = spool.take(1);
      const refused = record && spool.refuse(record, 'Tag 9 is unknown.');
      expect(Buffer.from(refused?.bytes ?? []).toString().trim()).toBe('batch 1');
      const [tombstone] = spool.take(1);
      expect(tombstone).toMatchObject({ seq: 1, epoch: record?.epoch, lost: { cause: 'refused', reason: 'Tag 9 is unknown.', samples: 10, subjects: [1] } });
      expect(tombstone?.bytes.length).toBe(0);
      expect(spool.depth().quarantined).toBe(1);
      spool.close();
    });
  });

  it('fills the numbers that the platform misses and nobody has any more', async () => {
    await inTemporaryFolder((folder) => {
      const spool = new EdgeSpool(options(folder, { resendAfterMs: 0 }));
      for (let n = 1; n <= 6; n++) spool.append(entry(n));
      const epoch = spool.take(6)[0]?.epoch ?? 0;
      spool.acknowledge({ epoch, seq: 4 });
      expect(spool.reconcile({ epoch, seq: 2 })).toBe(2);
      expect(spool.take(10).map((record) => [record.seq, record.lost?.cause ?? text(record)])).toEqual([
        [3, 'corrupt'],
        [4, 'corrupt'],
        [5, 'batch 5'],
        [6, 'batch 6'],
      ]);
      expect(spool.acknowledge({ epoch, seq: 6 })).toBe(4);
      expect(spool.depth().batches).toBe(0);
      spool.close();
    });
  });

  it('lets fresh batches overtake a long queue and returns to the order', async () => {
    await inTemporaryFolder((folder) => {
      let now = T0;
      const spool = new EdgeSpool(options(folder, { now: () => now, inOrderUpTo: 3 }));
      for (let n = 1; n <= 5; n++) spool.append(entry(n));
      now += 60_000_000;
      spool.append(entry(6));
      expect(spool.take(4).map(text)).toEqual(['batch 6', 'batch 1', 'batch 2', 'batch 3']);
      expect(spool.take(4).map(text)).toEqual(['batch 4', 'batch 5']);
      spool.close();
    });
  });

  it.each(['refuse-new', 'drop-oldest', 'thin'] as const)('holds its bound with the policy %s and declares every sample it gave up', async (whenFull) => {
    await inTemporaryFolder((folder) => {
      const thin = (bytes: Uint8Array): { bytes: Uint8Array; samples: number } => ({ bytes: bytes.subarray(0, bytes.length / 2), samples: 5 });
      const spool = new EdgeSpool(options(folder, { whenFull, maxBytes: 10_000, thin, windowBatches: 4 }));
      const lost: number[] = [];
      for (let n = 0; n < 100; n++) {
        const outcome = spool.append(entry(n, { bytes: Buffer.from(`batch ${n}`.padEnd(1000)) }));
        lost.push(...outcome.lost.map((stretch) => stretch.samples));
        expect(spool.depth().bytes).toBeLessThanOrEqual(10_000);
        if (n === 2) expect(spool.take(2)).toHaveLength(2);
      }
      let declared = 0;
      let delivered = 0;
      for (let more = spool.take(50); more.length > 0; more = spool.take(50)) {
        for (const record of more) {
          if (record.lost) declared += record.lost.samples;
          else delivered += record.samples;
        }
        const last = more.at(-1);
        if (last) spool.acknowledge(last);
      }
      expect(declared).toBe(lost.reduce((sum, n) => sum + n, 0));
      expect(declared).toBeGreaterThan(0);
      if (whenFull !== 'thin') expect(declared + delivered + 20).toBe(1000);
      expect(spool.depth().batches).toBe(0);
      spool.close();
    });
  });

  it('gives up what is too old and says so', async () => {
    await inTemporaryFolder((folder) => {
      let now = T0;
      const spool = new EdgeSpool(options(folder, { now: () => now, maxAgeMs: 0 }));
      spool.append(entry(1));
      now += 1_000_000;
      const { recorded, lost } = spool.append(entry(2));
      expect(recorded).toBe(true);
      expect(lost).toMatchObject([{ cause: 'age', samples: 10, fromUs: T0 + 1e6 }]);
      expect(spool.take(5).map((record) => record.lost?.cause ?? text(record))).toEqual(['age', 'batch 2']);
      spool.close();
    });
  });

  it('never gives a number twice, also when a life only acknowledges and the clock shows the same time again', async () => {
    await inTemporaryFolder((folder) => {
      const numbers = new Set<string>();
      for (let life = 0; life < 6; life++) {
        const spool = new EdgeSpool(options(folder, { now: () => T0, resendAfterMs: 0 }));
        // Every second life sends nothing: it only hears that everything arrived.
        if (life % 2 === 0) {
          spool.append(entry(life + 1));
          const [record] = spool.take(1);
          expect(numbers.has(`${record?.epoch}/${record?.seq}`)).toBe(false);
          numbers.add(`${record?.epoch}/${record?.seq}`);
        } else for (const epoch of spool.openEpochs()) expect(spool.acknowledge({ epoch, seq: 1 })).toBe(1);
        spool.close();
      }
      expect(numbers.size).toBe(3);
    });
  });

  it('delivers each batch exactly once for any order of appends, sends, acknowledgements and restarts', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant('append') },
      { weight: 3, arbitrary: fc.constant('take') },
      { weight: 2, arbitrary: fc.constant('acknowledge') },
      { weight: 1, arbitrary: fc.constant('reopen') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await inTemporaryFolder((folder) => {
          const open = (): EdgeSpool => new EdgeSpool(options(folder, { resendAfterMs: 0, windowBatches: 5 }));
          let spool = open();
          let appended = 0;
          const platform = new Map<string, string>();
          const watermark = (epoch: number): number => {
            let seq = 0;
            while (platform.has(`${epoch}/${seq + 1}`)) seq++;
            return seq;
          };
          const send = (): void => {
            for (const record of spool.take(3)) {
              const key = `${record.epoch}/${record.seq}`;
              expect(platform.get(key) ?? text(record)).toBe(text(record));
              platform.set(key, text(record));
            }
          };
          const acknowledge = (): void => {
            for (const epoch of spool.openEpochs()) spool.acknowledge({ epoch, seq: watermark(epoch) });
          };
          for (const action of steps) {
            if (action === 'append') spool.append(entry(++appended));
            else if (action === 'take') send();
            else if (action === 'acknowledge') acknowledge();
            else {
              spool.close();
              spool = open();
            }
          }
          for (let round = 0; spool.depth().batches > 0; round++) {
            expect(round).toBeLessThan(100);
            send();
            acknowledge();
          }
          expect([...platform.values()].sort()).toEqual(Array.from({ length: appended }, (_, i) => `batch ${i + 1}`).sort());
          spool.close();
        });
      }),
      { numRuns: 30 },
    );
  });
});

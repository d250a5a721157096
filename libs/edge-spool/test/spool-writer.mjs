// A gateway in small, to be killed: appends numbered batches, "sends" them to a ledger file, acknowledges.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeSpool } from '../dist/index.js';

const folder = process.argv[2];
const ledgerFile = join(folder, 'ledger');
const spool = new EdgeSpool({
  file: join(folder, 'spool.sqlite'), maxBytes: 1e9, maxAgeMs: 1e9, whenFull: 'refuse-new', ballastBytes: 0, windowBatches: 32, resendAfterMs: 20, now: () => Date.now() * 1000,
});
const committed = new Set(existsSync(ledgerFile) ? readFileSync(ledgerFile, 'utf8').split('\n').filter(Boolean).map((line) => line.split(' ')[0]) : []);
const watermark = (epoch) => {
  let seq = 0;
  while (committed.has(`${epoch}/${seq + 1}`)) seq++;
  return seq;
};
let next = Number(spool.bookmarks().get('next') ?? 1);
process.stdout.write('open\n');
for (;;) {
  const bytes = Buffer.from(`batch-${next} `.padEnd(200 + ((next * 7919) % 9000), 'x'));
  spool.append({ lane: next % 3 === 0 ? 'backlog' : 'live', bytes, samples: 1, fromUs: next, toUs: next + 1, subjects: [1] }, { next: String(next + 1) });
  next++;
  for (const record of spool.take(2)) {
    const key = `${record.epoch}/${record.seq}`;
    appendFileSync(ledgerFile, `${key} ${record.lost ? 'lost' : Buffer.from(record.bytes).toString().split(' ')[0]}\n`);
    committed.add(key);
  }
  for (const epoch of spool.openEpochs()) spool.acknowledge({ epoch, seq: watermark(epoch) });
  await new Promise((resolve) => setImmediate(resolve));
}

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = 200;

/** Batches that the platform refused, kept for examination beside the reason; the oldest go first. */
export class BatchQuarantine {
  constructor(private readonly folder: string) {}

  keep(epoch: number, seq: number, bytes: Uint8Array, reason: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const name = `${String(epoch).padStart(10, '0')}-${String(seq).padStart(10, '0')}`;
    writeFileSync(join(this.folder, `${name}.batch`), bytes);
    writeFileSync(join(this.folder, `${name}.txt`), `${reason}\n`);
    const names = readdirSync(this.folder).sort();
    for (const old of names.slice(0, Math.max(0, names.length - 2 * KEPT))) rmSync(join(this.folder, old), { force: true });
  }
}

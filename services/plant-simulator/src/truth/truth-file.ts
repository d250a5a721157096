import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PlantSample } from '../history/tag-history.js';

const FLUSH_BYTES = 64 * 1024;

/**
 * Ground truth as NDJSON. Lines: `{"kind":"tags","paths":[…]}`, then scenario events as they are, `{"kind":"s","i":<index in paths>,
 * "t":<µs>,"v":<value or null>,"q":<status, absent when good>}`.
 */
export class TruthFile {
  private readonly handle: number;
  private pending: string[] = [];
  private pendingBytes = 0;

  constructor(
    readonly file: string,
    tagPaths: readonly string[],
  ) {
    mkdirSync(dirname(file), { recursive: true });
    this.handle = openSync(file, 'a');
    this.event({ kind: 'tags', paths: tagPaths });
  }

  event(event: object): void {
    this.add(JSON.stringify(event));
    this.flush();
  }

  sample(index: number, { sourceTimeUs, value, status }: PlantSample): void {
    const shown = Number.isNaN(value) ? 'null' : String(value);
    this.add(`{"kind":"s","i":${index},"t":${sourceTimeUs},"v":${shown}${status === 0 ? '' : `,"q":${status}`}}`);
    if (this.pendingBytes > FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.pending.length === 0) return;
    writeSync(this.handle, `${this.pending.join('\n')}\n`);
    this.pending = [];
    this.pendingBytes = 0;
  }

  close(): void {
    this.flush();
    closeSync(this.handle);
  }

  private add(line: string): void {
    this.pending.push(line);
    this.pendingBytes += line.length;
  }
}

import { closeSync, existsSync, ftruncateSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

/** A file that keeps room on the disk, so that a full disk can still be emptied: SQLite needs space even to delete. */
export class Ballast {
  private readonly file: string;

  constructor(
    spoolFile: string,
    private readonly bytes: number,
  ) {
    this.file = `${spoolFile}.ballast`;
  }

  /** False when the disk has no room for it. */
  take(): boolean {
    if (this.bytes === 0 || existsSync(this.file)) return true;
    let handle: number | null = null;
    try {
      handle = openSync(this.file, 'w');
      const page = Buffer.alloc(65_536, 1);
      for (let left = this.bytes; left > 0; left -= page.length) writeSync(handle, page, 0, Math.min(left, page.length));
      fsyncSync(handle);
      return true;
    } catch {
      if (handle !== null) ftruncateSync(handle, 0);
      rmSync(this.file, { force: true });
      return false;
    } finally {
      if (handle !== null) closeSync(handle);
    }
  }

  drop(): void {
    rmSync(this.file, { force: true });
  }
}

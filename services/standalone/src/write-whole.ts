import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a write that was cut off leaves behind; the next one writes over it. */
export const unfinished = (file: string): string => `${file}.new`;

/** The file has the whole text or is as it was before, whenever the process or the machine stops. */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  const handle = openSync(unfinished(file), 'w', mode);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished(file), file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

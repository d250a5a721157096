import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PlantDataError } from '../plant-simulator.errors.js';
import type { ProductionCheckpoint } from './production-plant.js';

const count = z.number().nonnegative();
const Totals = z.strictObject({ good: count, reject: count, goodRegister: count, rejectRegister: count, materialG: count, energyWms: count });
const Checkpoints = z.array(z.strictObject({ shiftStartUs: z.number().int(), lines: z.record(z.string(), Totals) }));

const SHIFTS_KEPT = 31 * 3;

/** Line totals at the start of each shift: a restarted plant counts on instead of beginning anew. */
export class CheckpointFile {
  readonly checkpoints: ProductionCheckpoint[];
  private readonly file: string;

  constructor(folder: string) {
    this.file = join(folder, 'shift-totals.json');
    this.checkpoints = existsSync(this.file) ? this.parse(readFileSync(this.file, 'utf8')) : [];
  }

  add(checkpoint: ProductionCheckpoint): void {
    if ((this.checkpoints.at(-1)?.shiftStartUs ?? 0) >= checkpoint.shiftStartUs) return;
    this.checkpoints.push(checkpoint);
    if (this.checkpoints.length > SHIFTS_KEPT) this.checkpoints.shift();
  }

  save(): void {
    writeFileSync(`${this.file}.new`, JSON.stringify(this.checkpoints));
    renameSync(`${this.file}.new`, this.file);
  }

  private parse(text: string): ProductionCheckpoint[] {
    try {
      return Checkpoints.parse(JSON.parse(text));
    } catch (cause) {
      throw new PlantDataError(this.file, 'it is not a list of shift totals', { cause });
    }
  }
}

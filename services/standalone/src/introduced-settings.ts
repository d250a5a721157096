import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DataFolder } from './data-folder.js';
import type { KnownSettings } from './seed-plant.js';
import { writeWhole } from './write-whole.js';

const Settings = z.record(z.string(), z.json());
const Remembered = z.record(z.string(), z.object({ opcua: Settings.optional(), modbus: Settings.optional() }));

const fileOf = (folder: DataFolder): string => join(folder.path, 'introduced-settings.json');

/** Settings with which the endpoints of each plant were introduced last, by tenant: what differs from them was changed by people. */
export function rememberedSettings(folder: DataFolder): Readonly<Record<string, KnownSettings>> {
  try {
    return Remembered.parse(JSON.parse(readFileSync(fileOf(folder), 'utf8')));
  } catch {
    // Absent or torn: then nothing is known to be ours.
    return {};
  }
}

export const rememberSettings = (folder: DataFolder, settings: Readonly<Record<string, KnownSettings>>): void => writeWhole(fileOf(folder), JSON.stringify(settings));

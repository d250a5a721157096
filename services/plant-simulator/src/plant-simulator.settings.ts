import { commonSettings } from '@telltale/service-settings';
import { z } from 'zod';
import { SITES } from './layout/plant-layout.js';

const port = z.coerce.number().int().min(0).max(65_535).default(0);
const days = z.coerce.number().int().min(0).max(30);

export const plantSimulatorSettings = z.object({
  PLANT_SITES: z
    .string()
    .default(SITES.join(','))
    .transform((list) => list.split(',').map((site) => site.trim()))
    .pipe(z.array(z.enum(SITES)).min(1))
    .describe(`simulated plants, comma-separated: ${SITES.join(', ')}`),
  PLANT_DATA_DIR: z.string().min(1).describe('folder for the passwords, certificates, scenario log and ground truth of the simulated plants'),
  PLANT_HOST: z.string().min(1).default('127.0.0.1').describe('address the OPC UA and Modbus servers listen on'),
  OPCUA_PORT: port.describe('OPC UA port of the first plant, the next plants take the following ones; 0 for any free ones'),
  MODBUS_PORT: port.describe('Modbus TCP port; 0 for any free one'),
  PLANT_SEED: z.coerce.number().int().default(42).describe('seed of the plants; the same seed gives the same plants'),
  PLANT_START: z.iso.datetime({ offset: true }).optional().describe('plant time at the start, ISO 8601; absent: now'),
  PLANT_SPEED: z.coerce.number().min(1).max(60).default(1).describe('plant seconds per second, 1 to 60, until the plant has caught up with the clock'),
  STEAM_HISTORY_DAYS: days.default(3).describe('days of past the steam plant has at its first start'),
  LINE_HISTORY_DAYS: days.default(7).describe('days of past the packaging plant has at its first start'),
  PLANT_TRUTH: z.enum(['off', 'events', 'samples']).default('events').describe('what is written to ground-truth.ndjson: off, events, or samples (events and every value, 30 MB a day)'),
  LOG_LEVEL: commonSettings.LOG_LEVEL,
});
export type PlantSimulatorSettings = z.infer<typeof plantSimulatorSettings>;

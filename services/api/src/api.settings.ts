import { commonSettings } from '@telltale/service-settings';
import { z } from 'zod';

export const apiSettings = z.object({
  DATABASE_URL: commonSettings.DATABASE_URL,
  LOG_LEVEL: commonSettings.LOG_LEVEL,
  HTTP_HOST: commonSettings.HTTP_HOST,
  HTTP_PORT: commonSettings.HTTP_PORT,
  METRICS_PORT: commonSettings.METRICS_PORT,
  CONSOLE_DIR: z.string().min(1).optional().describe('folder of the built console; by default the one that ships with the api'),
  CONNECTORS_DIR: z.string().min(1).optional().describe('folder with the connectors’ packages, for checking addresses; the workspace’s connectors when absent'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional().describe('address under which people reach the api; https makes cookies Secure and allows only this origin to open live connections'),
  SESSION_HOURS: z.coerce.number().positive().max(720).default(12).describe('a session ends after this many hours'),
  GRAFANA_URL: z.url({ protocol: /^https?$/ }).optional().describe('address of Grafana, for the links beside figures'),
  SIMULATION_FILE: z.string().min(1).optional().describe('JSON file in which a simulated plant says so; only for demonstrations'),
});
export type ApiSettings = z.infer<typeof apiSettings>;

import { commonSettings } from '@telltale/service-settings';
import { z } from 'zod';
import { proxiesOf } from './identity/trusted-proxies.js';

export const apiSettings = z.object({
  DATABASE_URL: commonSettings.DATABASE_URL,
  LOG_LEVEL: commonSettings.LOG_LEVEL,
  HTTP_HOST: commonSettings.HTTP_HOST,
  HTTP_PORT: commonSettings.HTTP_PORT,
  SECRET_KEYS: commonSettings.SECRET_KEYS,
  WEBHOOK_ADDRESSES: commonSettings.WEBHOOK_ADDRESSES,
  METRICS_PORT: commonSettings.METRICS_PORT,
  CONSOLE_DIR: z.string().min(1).optional().describe('folder of the built console; by default the one that ships with the api'),
  CONNECTORS_DIR: z.string().min(1).optional().describe('folder with the connectors’ packages, for checking addresses; the workspace’s connectors when absent'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional().describe('address under which people reach the api; https makes cookies Secure and allows only this origin to open live connections'),
  TRUST_PROXY: z
    .string()
    .transform(proxiesOf)
    .optional()
    .describe('proxies whose X-Forwarded-For is believed: how many stand in front, or their networks (10.0.0.0/8, 192.168.1.7, loopback, linklocal, uniquelocal), separated by commas; not set: none'),
  SIGN_IN_FAILURES_PER_ADDRESS: z.coerce.number().int().min(1).default(50).describe('so many sign-ins may fail from one network address in 15 minutes; then it is refused for the rest of them'),
  SESSION_HOURS: z.coerce.number().positive().max(720).default(12).describe('a session ends after this many hours'),
  INGEST_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional().describe('address of ingest as gateways reach it, for the command that enrols one'),
  GRAFANA_URL: z.url({ protocol: /^https?$/ }).optional().describe('address of Grafana, for the links beside figures'),
  SIMULATION_FILE: z.string().min(1).optional().describe('JSON file in which a simulated plant says so; only for demonstrations'),
});
export type ApiSettings = z.infer<typeof apiSettings>;

import { z } from 'zod';

const flag = z.enum(['true', 'false']);

export const standaloneSettings = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).default(4000).describe('port of the console and of GraphQL'),
  TELLTALE_HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on; 0.0.0.0 lets other machines in'),
  TELLTALE_DATA_DIR: z.string().min(1).default('.telltale').describe('folder of the database, the spools and the simulated plants'),
  TELLTALE_DEMO_PASSWORD: z.string().min(12).optional().describe('password of the demo users, at least 12 characters; without it one is generated and printed once'),
  TELLTALE_DEMO_LEAK: flag.default('true').describe('true: a leak is scripted about 90 seconds after the plants are ready'),
  QUEUE_BACKEND: z.enum(['postgres', 'redis']).default('postgres').describe('what carries the queues; redis needs QUEUE_URL'),
  QUEUE_URL: z.url({ protocol: /^rediss?$/ }).optional().describe('address of Redis when QUEUE_BACKEND is redis'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn').describe('least severe log level that is written'),
});
export type StandaloneSettings = z.infer<typeof standaloneSettings>;

import { z } from 'zod';

/** Variables that several services share. A service takes exactly those that it uses. */
export const commonSettings = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/telltale' })
    .describe("Postgres address with this service's own role, postgres://user:password@host:5432/telltale"),
  QUEUE_BACKEND: z.enum(['redis', 'postgres']).default('redis').describe('what carries the queues: redis or postgres'),
  QUEUE_URL: z
    .url({
      protocol: /^(rediss?|postgres(ql)?)$/,
      error: 'must look like redis://host:6379 or postgres://user:password@host:5432/telltale',
    })
    .describe('address of the queue backend, redis://… or postgres://…'),
  SECRET_KEYS: z
    .string()
    .min(1)
    .optional()
    .describe(
      'keys that secrets in the database are encrypted with, one per line as id:key (32 bytes in base64), newest first',
    ),
  WEBHOOK_ADDRESSES: z
    .enum(['public', 'public-and-loopback', 'any'])
    .default('public')
    .describe(
      'where webhooks may go: public addresses by https only, also this machine, or anywhere (private networks and http too)',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least severe log level that is written'),
  HTTP_HOST: z.string().min(1).default('127.0.0.1').describe('address to listen on; 0.0.0.0 for all'),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).describe('port to listen on; 0 for any free one'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('port for /metrics, which the public port never serves; health is on both; not set: no metrics'),
} as const;

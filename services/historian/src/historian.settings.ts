import { commonSettings } from '@telltale/service-settings';
import { z } from 'zod';

export const historianSettings = z.object({
  DATABASE_URL: commonSettings.DATABASE_URL,
  QUEUE_BACKEND: commonSettings.QUEUE_BACKEND,
  QUEUE_URL: commonSettings.QUEUE_URL,
  LOG_LEVEL: commonSettings.LOG_LEVEL,
  HTTP_HOST: commonSettings.HTTP_HOST,
  HTTP_PORT: commonSettings.HTTP_PORT,
  APPEND_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(16)
    .default(2)
    .describe('transactions that append at the same time, each with up to 20 batches'),
  COMPACT_AFTER_SECONDS: z.coerce
    .number()
    .min(0)
    .max(86_400)
    .default(10)
    .describe(
      'least time between two folds of batches into history and rollups, which is how old Grafana may be; larger writes less',
    ),
  COMPACT_SAMPLES: z.coerce
    .number()
    .int()
    .min(10_000)
    .max(5_000_000)
    .default(400_000)
    .describe('samples that one fold takes at most: more writes less and needs more memory'),
  COMPACT_SHARE: z.coerce
    .number()
    .min(0.01)
    .max(1)
    .default(0.8)
    .describe('share of time that compaction may work while there is a backlog, so that appends keep their latency in Postgres too'),
  COMPACT_THREADS: z.coerce
    .number()
    .int()
    .min(0)
    .max(16)
    .default(1)
    .describe('threads that compact, each for its share of the tenants; 0 compacts between the appends, which needs less memory'),
});
export type HistorianSettings = z.infer<typeof historianSettings>;

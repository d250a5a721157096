import { commonSettings } from '@telltale/service-settings';
import { z } from 'zod';

export const insightsSettings = z.object({
  DATABASE_URL: commonSettings.DATABASE_URL,
  LOG_LEVEL: commonSettings.LOG_LEVEL,
  HTTP_HOST: commonSettings.HTTP_HOST,
  HTTP_PORT: commonSettings.HTTP_PORT,
  LATENESS_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(5)
    .describe('how long a minute waits for samples that come late, in plant time'),
  WARM_UP_DAYS: z.coerce
    .number()
    .min(0.1)
    .max(30)
    .default(3)
    .describe('history from which a leak detector learns its baselines'),
  ALARM_HORIZON_MINUTES: z.coerce
    .number()
    .min(1)
    .max(1440)
    .default(30)
    .describe('a leak that was over for longer than this when it was found is historical and raises no alarm'),
  NO_DATA_SECONDS: z.coerce
    .number()
    .min(5)
    .max(86_400)
    .default(120)
    .describe('silence after which a pipe run is reported as without data'),
  YIELD_REFRESH_SECONDS: z.coerce
    .number()
    .min(0.5)
    .max(600)
    .default(5)
    .describe('least time between two computations of a running shift'),
  BACKFILL_QUIET_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(5)
    .describe('a detector learns anew when no backfilled history came for so long'),
});
export type InsightsSettings = z.infer<typeof insightsSettings>;

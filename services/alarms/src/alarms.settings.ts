import { z } from 'zod';
import { commonSettings } from '@telltale/service-settings';

const { DATABASE_URL, QUEUE_BACKEND, QUEUE_URL, SECRET_KEYS, WEBHOOK_ADDRESSES, LOG_LEVEL, HTTP_HOST, HTTP_PORT } = commonSettings;

/** Variables of the alarms service. */
export const alarmsSettings = z.object({
  DATABASE_URL,
  QUEUE_BACKEND,
  QUEUE_URL,
  SECRET_KEYS,
  LOG_LEVEL,
  HTTP_HOST,
  HTTP_PORT: HTTP_PORT.default(4030),
  POLL_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(1_000)
    .describe('how often detections are looked for besides being told, ms'),
  REPAIR_PROOF_HOURS: z.coerce
    .number()
    .positive()
    .max(720)
    .default(4)
    .describe(
      'how long a repaired leak must stay away under comparable load before the repair counts as verified, hours',
    ),
  WEBHOOK_ADDRESSES,
  NOTIFICATION_ATTEMPTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(30)
    .default(12)
    .describe('how often a notification is tried before it is given up'),
  NOTIFICATION_FIRST_RETRY_MS: z.coerce
    .number()
    .int()
    .min(10)
    .max(600_000)
    .default(1_000)
    .describe('waiting time after the first failure, ms; doubles each time'),
});
export type AlarmsSettings = z.infer<typeof alarmsSettings>;

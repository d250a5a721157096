import { z } from 'zod';
import { commonSettings } from '@telltale/service-settings';

const { DATABASE_URL, QUEUE_BACKEND, QUEUE_URL, LOG_LEVEL, HTTP_HOST, HTTP_PORT, METRICS_PORT } = commonSettings;
const count = z.coerce.number().int().positive();

/** Variables of the ingest service. */
export const ingestSettings = z.object({
  DATABASE_URL,
  QUEUE_BACKEND,
  QUEUE_URL,
  LOG_LEVEL,
  HTTP_HOST,
  HTTP_PORT: HTTP_PORT.default(4010),
  METRICS_PORT,
  TENANT_SAMPLES_PER_SECOND: count.default(500_000).describe('samples per second that one tenant may send on average'),
  TENANT_BYTES_PER_SECOND: count.default(20_000_000).describe('bytes per second that one tenant may send on average'),
  QUEUE_MAX_BATCHES: count
    .default(10_000)
    .describe('batches that may wait for the historian before gateways are asked to wait'),
});
export type IngestSettings = z.infer<typeof ingestSettings>;

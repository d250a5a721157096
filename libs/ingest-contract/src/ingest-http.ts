import { z } from 'zod';

/** Paths of the ingest service. All need `Authorization: Bearer <gateway key>`. */
export const INGEST_PATHS = {
  /** POST, body = encoded SampleBatch, `application/octet-stream`; answers 202 BatchAnswer. */
  batches: '/v1/batches',
  /** GET ?epoch=N; answers 200 Watermark. */
  watermark: '/v1/watermark',
  /** GET, ETag / If-None-Match; answers 200 GatewayConfiguration or 304. */
  configuration: '/v1/configuration',
  /** POST GatewayStatus; answers 204. */
  status: '/v1/status',
} as const;

/** Everything up to and including `seq` of `epoch` is committed in Postgres; 0 when nothing is. */
export const Watermark = z.strictObject({ epoch: z.int().nonnegative(), seq: z.int().nonnegative() });
export type Watermark = z.infer<typeof Watermark>;

export const BatchAnswer = z.strictObject({ committed: Watermark });
export type BatchAnswer = z.infer<typeof BatchAnswer>;

/** Every answer of 400 and above. */
export const IngestRefusal = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string(), remedy: z.string() }),
});
export type IngestRefusal = z.infer<typeof IngestRefusal>;

export const INGEST_LIMITS = {
  maxBatchBytes: 1_048_576,
  maxBatchSamples: 10_000,
  /** Continuity rows of one batch times the tags of each: what the historian writes for them. */
  maxContinuityTagRows: 50_000,
  maxReasonCharacters: 2_000,
  futureToleranceUs: 300_000_000,
} as const;

import { z } from 'zod';

/** Paths of the ingest service. All but the enrolment need `Authorization: Bearer <gateway key>`. */
export const INGEST_PATHS = {
  /** POST, body = encoded SampleBatch, `application/octet-stream`; answers 202 BatchAnswer. */
  batches: '/v1/batches',
  /** GET ?epoch=N; answers 200 Watermark. */
  watermark: '/v1/watermark',
  /** GET, ETag / If-None-Match; answers 200 GatewayConfiguration or 304. */
  configuration: '/v1/configuration',
  /** POST GatewayStatus; answers 204. */
  status: '/v1/status',
  /** POST EnrolmentRequest, without a key; answers 200 EnrolmentAnswer. */
  enrolment: '/v1/enrolment',
  /** POST KeyRequest; answers 200 KeyAnswer. */
  key: '/v1/key',
} as const;

/** Everything up to and including `seq` of `epoch` is committed in Postgres; 0 when nothing is. */
export const Watermark = z.strictObject({ epoch: z.int().nonnegative(), seq: z.int().nonnegative() });
export type Watermark = z.infer<typeof Watermark>;

/** A key as gateways make them: 32 random bytes, base64url. */
export const GatewayKeyText = z.string().regex(/^ttg_[\w-]{43}$/);

/** The gateway makes its key itself, keeps it, and asks again with the same one until it is answered. */
export const EnrolmentRequest = z.strictObject({ token: z.string().min(16).max(200), key: GatewayKeyText });
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>;

export const EnrolmentAnswer = z.object({ gatewayId: z.int().positive(), expiresAt: z.iso.datetime().nullable() });
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>;

export const KeyRequest = z.strictObject({ key: GatewayKeyText });
export type KeyRequest = z.infer<typeof KeyRequest>;

/** Both keys are accepted until `earlierAcceptedUntil`. */
export const KeyAnswer = z.object({ expiresAt: z.iso.datetime().nullable(), earlierAcceptedUntil: z.iso.datetime() });
export type KeyAnswer = z.infer<typeof KeyAnswer>;

/** With the value `due` in the answer to a status: the gateway is to change its key. */
export const KEY_ROTATION_HEADER = 'telltale-key-rotation';

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

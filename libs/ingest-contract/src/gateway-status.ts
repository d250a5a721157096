import { z } from 'zod';

/** Reported by the gateway every few seconds and on change: what "why is there no data?" reads. */
export const GatewayStatus = z.strictObject({
  gatewayVersion: z.string(),
  startedAtUs: z.number(),
  clockUs: z.number(),
  /** Platform clock minus gateway clock as the gateway sees it, µs, to about a second; null before the first answer. */
  clockSkewUs: z.number().nullable().optional(),
  /** Why the gateway can't change its key although it should; told only then. */
  keyTrouble: z.string().max(1_000).optional(),
  spool: z.strictObject({
    depthBatches: z.int().nonnegative(),
    depthBytes: z.int().nonnegative(),
    oldestUs: z.number().nullable(),
    quarantinedRecords: z.int().nonnegative(),
  }),
  backfill: z.strictObject({ tagsDone: z.int(), tagsTotal: z.int(), samples: z.int() }).nullable(),
  endpoints: z.array(
    z.strictObject({
      endpointId: z.int().positive(),
      state: z.enum(['connecting', 'connected', 'degraded', 'disconnected', 'untrusted', 'misconfigured']),
      sinceUs: z.number(),
      code: z.string().nullable(),
      reason: z.string().nullable(),
      askedPerSecond: z.number(),
      achievedPerSecond: z.number(),
      /** Achieved beside asked rate of each group of tags (slave, scan interval), the worst first, where the connector measures it. */
      groups: z
        .array(
          z.strictObject({
            group: z.string(),
            scanIntervalMs: z.int(),
            tags: z.int().nonnegative(),
            askedPerSecond: z.number(),
            achievedPerSecond: z.number(),
            code: z.string().nullable(),
            reason: z.string().nullable(),
          }),
        )
        .optional(),
      /** Tags that give nothing until a person corrects something. */
      tagProblems: z
        .strictObject({ total: z.int().nonnegative(), first: z.array(z.strictObject({ tagId: z.int32().positive(), code: z.string(), reason: z.string() })) })
        .optional(),
      /** How the watched part of the device's tree differs from its baseline; absent when nothing is watched. */
      modelChange: z
        .strictObject({
          baselineUs: z.number(),
          comparedUs: z.number(),
          appeared: z.int().nonnegative(),
          vanished: z.int().nonnegative(),
          changed: z.int().nonnegative(),
          first: z.array(z.strictObject({ change: z.enum(['appeared', 'vanished', 'changed']), path: z.string(), what: z.string().nullable() })),
        })
        .optional(),
      untrustedCertificate: z.strictObject({ thumbprint: z.string(), subject: z.string(), pem: z.string() }).nullable(),
    }),
  ),
});
export type GatewayStatus = z.infer<typeof GatewayStatus>;

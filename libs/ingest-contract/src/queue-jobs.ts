import { z } from 'zod';

/** Queue `ingest`: one job carries one batch. The payload is base64 text because BullMQ turns a Buffer into JSON. */
export const BatchJob = z.strictObject({
  version: z.literal(1),
  tenantId: z.int().positive(),
  gatewayId: z.int().positive(),
  epoch: z.int().nonnegative(),
  seq: z.int().positive(),
  receivedAtUs: z.number(),
  payload: z.string(),
});
export type BatchJob = z.infer<typeof BatchJob>;

/** Queue `notification`: one delivery attempt series of one alarm transition to one channel. */
export const NotificationJob = z.strictObject({
  version: z.literal(1),
  tenantId: z.int().positive(),
  notificationId: z.int().positive(),
});
export type NotificationJob = z.infer<typeof NotificationJob>;

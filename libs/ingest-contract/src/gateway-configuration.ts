import { z } from 'zod';

/** A tag as the gateway must collect it. `address` is parsed by the connector. */
export const ConfiguredTag = z.strictObject({
  tagId: z.int().positive(),
  tagPath: z.string().min(1),
  address: z.record(z.string(), z.unknown()),
  scanIntervalMs: z.int().min(50).max(3_600_000),
  deadband: z.strictObject({ kind: z.enum(['absolute', 'percent']), value: z.number().positive() }).optional(),
  /** What a deadband in percent is a percentage of, in the tag's unit; told with such a deadband only. */
  range: z.strictObject({ low: z.number(), high: z.number() }).optional(),
  /** Where this tag's history can be read; absent: from its own endpoint when that can read history. */
  history: z.strictObject({ endpointId: z.int().positive(), address: z.record(z.string(), z.unknown()) }).optional(),
});
export type ConfiguredTag = z.infer<typeof ConfiguredTag>;

export const ConfiguredEndpoint = z.strictObject({
  endpointId: z.int().positive(),
  name: z.string().min(1),
  connector: z.string().min(1),
  settings: z.record(z.string(), z.unknown()),
  /** On first contact read this many days back, where the server keeps history. */
  backfillDays: z.number().min(0).max(366).default(0),
  tags: z.array(ConfiguredTag),
});
export type ConfiguredEndpoint = z.infer<typeof ConfiguredEndpoint>;

/** What the platform tells a gateway to collect; pulled by the gateway (outbound only). */
export const GatewayConfiguration = z.strictObject({
  version: z.string(),
  gatewayId: z.int().positive(),
  site: z.string(),
  endpoints: z.array(ConfiguredEndpoint),
});
export type GatewayConfiguration = z.infer<typeof GatewayConfiguration>;

import { SPOOL_POLICIES } from '@telltale/edge-spool';
import { LOG_LEVELS } from '@telltale/service-runtime';
import { z } from 'zod';

export const edgeGatewaySettings = z.object({
  INGEST_URL: z.url().describe('Address of the ingest service, e.g. https://ingest.example.com'),
  GATEWAY_KEY: z.string().min(16).optional().describe('Key of this gateway; or name a file in GATEWAY_KEY_FILE'),
  GATEWAY_KEY_FILE: z.string().optional().describe('File that holds the key of this gateway, which the gateway changes in it; gateway.key in GATEWAY_DATA_DIR when absent'),
  GATEWAY_ENROLMENT_TOKEN: z.string().min(16).optional().describe('Token of the platform that gives this gateway its key, once; or name a file in GATEWAY_ENROLMENT_TOKEN_FILE'),
  GATEWAY_ENROLMENT_TOKEN_FILE: z.string().optional().describe('File that holds the enrolment token; needed until the gateway has its key'),
  GATEWAY_DATA_DIR: z.string().min(1).describe('Folder for the spool, the last configuration and the certificates; survives restarts'),
  CONNECTORS_DIR: z.string().optional().describe("Folder with the connectors' packages; the workspace's connectors when absent"),
  SECRETS_DIR: z.string().optional().describe('Folder with one file per secret of a device, readable by the gateway only (mode 0600)'),
  SPOOL_MAX_MEGABYTES: z.coerce.number().positive().default(2_048).describe('Room on the disk for batches that the platform has not committed, MB'),
  SPOOL_MAX_AGE_HOURS: z.coerce.number().positive().default(24 * 14).describe('How long a batch may wait, hours'),
  SPOOL_POLICY: z.enum(SPOOL_POLICIES).default('drop-oldest').describe('When the spool is full: refuse-new, drop-oldest or thin'),
  FLUSH_INTERVAL_MS: z.coerce.number().int().min(50).max(60_000).default(1_000).describe('How long samples are collected before they go into the spool, ms'),
  CONFIGURATION_INTERVAL_MS: z.coerce.number().int().min(100).default(5_000).describe('How often the configuration is asked for, ms'),
  STATUS_INTERVAL_MS: z.coerce.number().int().min(100).default(5_000).describe('How often the gateway reports its state, ms'),
  BACKFILL_SAMPLES_PER_SECOND: z.coerce.number().positive().default(100_000).describe('Upper bound for reading history from devices, samples/s'),
  RESEND_AFTER_MS: z.coerce.number().int().min(50).default(30_000).describe('An uncommitted batch is sent again after this time, ms'),
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address of the health and metrics server'),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('Port of the health and metrics server; 0 = any free one'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('How much is logged'),
});
export type EdgeGatewaySettings = z.infer<typeof edgeGatewaySettings>;

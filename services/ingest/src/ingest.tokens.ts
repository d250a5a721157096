import type { BatchJob } from '@telltale/ingest-contract';
import type { JobQueue } from '@telltale/ingest-queue';
import type { BatchLedger } from '@telltale/time-series';
import type { Logger } from '@telltale/service-runtime';

// Interfaces have no class that Nest could inject by.
export const BATCH_QUEUE = Symbol('queue ingest');
export type BatchQueue = JobQueue<BatchJob>;
export const BATCH_LEDGER = Symbol('batch ledger');
export type { BatchLedger };
export const LOGGER = Symbol('logger');
export type { Logger };
export const SETTINGS = Symbol('settings');

import type { NotificationJob } from '@telltale/ingest-contract';
import type { JobQueue } from '@telltale/ingest-queue';
import type { Logger } from '@telltale/service-runtime';

// Interfaces have no class that Nest could inject by.
export const NOTIFICATION_QUEUE = Symbol('queue notification');
export type NotificationQueue = JobQueue<NotificationJob>;
export const LOGGER = Symbol('logger');
export type { Logger };
export const SETTINGS = Symbol('settings');

export type {
  AddOptions,
  ConsumeOptions,
  JobConsumer,
  JobQueue,
  PoisonJob,
  QueueBackend,
  QueuedJob,
  QueueDepth,
  QueueOptions,
} from './job-queue.js';
export { openQueue } from './open-queue.js';
export { QueueUnavailableError, RetryLater } from './queue.errors.js';

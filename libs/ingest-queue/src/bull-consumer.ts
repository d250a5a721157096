import { DelayedError, type Job, type Queue, UnrecoverableError, type Worker } from 'bullmq';
import type { z } from 'zod';
import type { Logger } from '@telltale/service-runtime';
import { openBullWorker } from './backend-connection.js';
import { JobGrouper } from './job-grouper.js';
import type { ConsumeOptions, JobConsumer, PoisonJob, QueueBackend, QueuedJob } from './job-queue.js';
import { PoisonSweep } from './poison-sweep.js';
import { ConsumerClosing, messageOf } from './queue.errors.js';
import { Suspects } from './suspects.js';

/**
 * Measured: BullMQ's defaults take 61 s to give a killed consumer's jobs to another one, these at most 12 s: a check may be left out
 * because the killed one's is not long ago, and the second that sees a job gives it back. Oftener would blame more jobs that were only near.
 */
const LOCK_MS = 5_000;
const STALLED_INTERVAL_MS = 4_000;
/** Whoever was under way when a consumer was killed is no poison: `Suspects` finds out who is. */
const MAX_STALLED = 1_000_000;
/** A job that was under way as often when its consumer was killed. Once is mere company. */
const SUSPECT_AFTER = 2;
const BACK_IN_MS = 200;

export interface ConsumerContext<Data> {
  readonly name: string;
  readonly schema: z.ZodType<Data>;
  readonly backend: QueueBackend;
  readonly logger: Logger;
  readonly queue: Queue;
  readonly retryAfterMs: (failures: number) => number;
}

/** One BullMQ worker whose single jobs are handed to the handler in groups. */
export class BullConsumer<Data> implements JobConsumer {
  private readonly worker: Worker;
  private readonly grouper: JobGrouper<{ readonly queued: QueuedJob<Data>; readonly alone: boolean }>;
  private readonly sweep: PoisonSweep;
  private readonly suspects = new Suspects();
  private closing: Promise<void> | undefined;
  private connected = true;

  constructor(
    private readonly context: ConsumerContext<Data>,
    handler: (jobs: readonly QueuedJob<Data>[]) => Promise<void>,
    { concurrency = 1, maxJobsPerCall = 20, lingerMs = 5, onPoison }: ConsumeOptions,
  ) {
    const { logger, name } = context;
    this.grouper = new JobGrouper({
      concurrency,
      maxPerCall: maxJobsPerCall,
      lingerMs,
      alone: ({ alone }) => alone,
      call: (items) => handler(items.map(({ queued }) => queued)),
      onPause: (reason) =>
        reason === undefined
          ? logger.info(`queue ${name}: jobs are worked off again`)
          : logger.warn(`queue ${name}: jobs wait. ${reason.message}`),
    });
    this.worker = openBullWorker(name, context.backend, (job, token) => this.process(job, token), {
      // One group more than the handler takes: the next one is fetched while the last one is worked on.
      concurrency: (concurrency + 1) * maxJobsPerCall,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      maxStalledCount: MAX_STALLED,
      drainDelay: 2,
      runRetryDelay: 500,
      settings: { backoffStrategy: (failures) => context.retryAfterMs(failures) },
    });
    this.sweep = new PoisonSweep(context.queue, logger, onPoison ?? ((job) => this.drop(job)));
    this.worker.on('failed', (job) => {
      if (job === undefined || job.finishedOn !== undefined) this.sweep.soon();
    });
    this.worker.on('error', (error) => this.complain(error));
    this.worker.on('active', () => (this.connected = true));
  }

  close(): Promise<void> {
    return (this.closing ??= (async () => {
      this.grouper.close();
      await this.worker.close();
      await this.sweep.close();
    })());
  }

  private async process(job: Job, token: string | undefined): Promise<void> {
    const parsed = this.context.schema.safeParse(job.data);
    if (!parsed.success)
      throw new UnrecoverableError(
        `The job does not fit the queue's schema: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
      );
    const attempt = Math.max(job.attemptsMade, job.stalledCounter) + 1;
    const suspect = job.stalledCounter >= SUSPECT_AFTER;
    const queued = { id: job.id ?? '', data: parsed.data, attempt, addedAtMs: job.timestamp };
    const handOver = (): Promise<void> => this.grouper.add({ queued, alone: suspect || job.attemptsMade > 0 });
    try {
      await (suspect ? this.suspects.try(job, handOver) : handOver());
    } catch (error) {
      if (!(error instanceof ConsumerClosing)) throw error;
      // Back into the queue without counting as a failure of the job.
      await job.moveToDelayed(Date.now() + BACK_IN_MS, token);
      throw new DelayedError();
    }
  }

  private async drop(job: PoisonJob): Promise<void> {
    this.context.logger.error(
      { job: job.id, reason: job.reason, attempts: job.attempts },
      `queue ${this.context.name}: a job failed for good and is dropped`,
    );
  }

  /** Once per outage, not once per attempt to reconnect. */
  private complain(error: unknown): void {
    if (!this.connected) return;
    this.connected = false;
    this.context.logger.warn(
      { reason: messageOf(error) },
      `queue ${this.context.name}: the backend has a problem; the consumer goes on trying`,
    );
  }
}

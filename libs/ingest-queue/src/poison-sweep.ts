import type { Job, Queue } from 'bullmq';
import type { Logger } from '@telltale/service-runtime';
import type { PoisonJob } from './job-queue.js';
import { messageOf } from './queue.errors.js';

const EVERY_MS = 5_000;
const PAGE = 50;

/**
 * Empties the queue's failed set through `putAway`. A job leaves it only after that resolved, so poison survives a
 * crash in between, whichever way it failed: refused too often, killed its consumer too often, or unreadable.
 */
export class PoisonSweep {
  private running: Promise<void> | undefined;
  private again = false;
  private closed = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly queue: Queue,
    private readonly logger: Logger,
    private readonly putAway: (job: PoisonJob) => Promise<void>,
  ) {
    this.timer = setInterval(() => this.soon(), EVERY_MS);
    this.soon();
  }

  soon(): void {
    if (this.closed) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.running = this.sweep()
      .catch((error: unknown) => this.logger.debug({ err: error }, 'poison jobs could not be put away yet'))
      .finally(() => {
        this.running = undefined;
        if (this.again) {
          this.again = false;
          this.soon();
        }
      });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async sweep(): Promise<void> {
    for (;;) {
      const jobs: (Job | undefined)[] = await this.queue.getFailed(0, PAGE - 1);
      let done = 0;
      for (const job of jobs) {
        if (this.closed) return;
        if (job?.id !== undefined && (await this.one(job, job.id))) done++;
      }
      if (jobs.length < PAGE || done === 0) return;
    }
  }

  private async one(job: Job, id: string): Promise<boolean> {
    try {
      await this.putAway({ id, data: job.data, reason: job.failedReason ?? 'unknown', attempts: job.attemptsStarted });
      await job.remove();
      return true;
    } catch (error) {
      this.logger.warn(
        { job: id, reason: messageOf(error) },
        'a poison job could not be put away and stays in the queue',
      );
      return false;
    }
  }
}

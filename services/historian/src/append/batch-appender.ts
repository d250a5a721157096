import { Inject, Injectable } from '@nestjs/common';
import type { BatchJob } from '@telltale/ingest-contract';
import { RetryLater, type JobConsumer, type QueuedJob } from '@telltale/ingest-queue';
import { BatchCodecError } from '@telltale/tag-sample';
import { isDataFault, type AppendOutcome, type ReceivedBatch } from '@telltale/time-series';
import { HistorianPremises } from '../historian-premises.js';
import { QuarantineRoom } from '../quarantine/quarantine-room.js';
import { AppendMetrics } from './append.metrics.js';
import { receivedBatch } from './received-batch.js';
import { WrongBatchError } from './wrong-batch.error.js';

const MAX_JOBS = 20;

/** Queue -> Postgres. A job is acknowledged when its batch is committed, or quarantined and settled. */
@Injectable()
export class BatchAppender {
  private consumer: JobConsumer | undefined;

  constructor(
    @Inject(HistorianPremises) private readonly premises: HistorianPremises,
    private readonly quarantine: QuarantineRoom,
    private readonly metrics: AppendMetrics,
  ) {}

  start(): void {
    this.consumer = this.premises.queue.consume((jobs) => this.append(jobs), {
      concurrency: this.premises.settings.APPEND_CONCURRENCY,
      maxJobsPerCall: MAX_JOBS,
      onPoison: (job) => this.quarantine.admitPoison(job),
    });
  }

  /** Finishes the transactions under way. */
  async stop(): Promise<void> {
    await this.consumer?.close();
  }

  private async append(jobs: readonly QueuedJob<BatchJob>[]): Promise<void> {
    const readable: ReceivedBatch[] = [];
    try {
      for (const { data, attempt } of jobs) {
        const batch = await this.decodeOrQuarantine(data, attempt);
        if (batch !== undefined) readable.push(batch);
      }
      if (readable.length > 0) await this.metrics.observe(readable, () => this.premises.writer.append(readable, (outcome) => this.tell(outcome)));
    } catch (error) {
      if (isDataFault(error)) throw error;
      throw new RetryLater('Postgres does not take samples now. They wait in the queue and in the gateways.', {
        cause: error,
      });
    }
  }

  /** A damaged page is written anew by the append that finds it: each is told once. */
  private tell(outcome: AppendOutcome): void {
    this.metrics.count(outcome);
    for (const { refilled, ...page } of outcome.damagedPages) {
      if (refilled) this.premises.logger.warn(page, 'stored latest values were damaged and are refilled from history');
      else this.premises.logger.error(page, 'stored latest values were damaged, and so is the history of these tags: they come back one by one with the next sample of each tag');
    }
  }

  private async decodeOrQuarantine(job: BatchJob, attempt: number): Promise<ReceivedBatch | undefined> {
    try {
      return receivedBatch(job);
    } catch (error) {
      if (!(error instanceof BatchCodecError || error instanceof WrongBatchError)) throw error;
      await this.quarantine.admit(job, `${error.code}: ${error.message}`, attempt);
      return undefined;
    }
  }
}

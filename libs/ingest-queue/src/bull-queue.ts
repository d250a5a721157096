import type { JobsOptions, Queue } from 'bullmq';
import { BullConsumer } from './bull-consumer.js';
import type {
  AddOptions,
  ConsumeOptions,
  JobConsumer,
  JobQueue,
  QueueDepth,
  QueuedJob,
  QueueOptions,
} from './job-queue.js';
import { messageOf, QueueUnavailableError } from './queue.errors.js';

const DEDUP_KEY = /^[A-Za-z][\w.-]*$/;
const JOB_NAME = 'job';
/** A bound for the case that no consumer runs which would put poison away. */
const MOST_FAILED = 10_000;

/** Both backends behind the contract: BullMQ speaks to either. */
export class BullQueue<Data> implements JobQueue<Data> {
  readonly name: string;
  private readonly consumers: JobConsumer[] = [];
  private closing: Promise<void> | undefined;

  constructor(
    private readonly queue: Queue,
    private readonly options: QueueOptions<Data>,
  ) {
    this.name = options.name;
    let complained = '';
    queue.on('error', (error) => {
      const text = messageOf(error);
      if (text !== complained) options.logger.debug({ reason: text }, `queue ${this.name}: connection problem`);
      complained = text;
    });
  }

  async add(data: Data, options: AddOptions = {}): Promise<void> {
    await this.orUnavailable(() => this.queue.add(JOB_NAME, this.options.schema.parse(data), this.jobOptions(options)));
  }

  async addMany(jobs: readonly { readonly data: Data; readonly options?: AddOptions }[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.orUnavailable(() =>
      this.queue.addBulk(
        jobs.map(({ data, options = {} }) => ({
          name: JOB_NAME,
          data: this.options.schema.parse(data),
          opts: this.jobOptions(options),
        })),
      ),
    );
  }

  async depth(): Promise<QueueDepth> {
    const counts = await this.orUnavailable(() => this.queue.getJobCounts('wait', 'active', 'delayed', 'failed'));
    const count = (state: string): number => counts[state] ?? 0;
    return {
      waiting: count('wait'),
      active: count('active'),
      delayed: count('delayed'),
      failed: count('failed'),
    };
  }

  async oldestJobAgeMs(): Promise<number> {
    const { waiting, active } = await this.depth();
    // Newest first, so the oldest is the last one: "ascending" is wrong for single jobs on Postgres (BullMQ 6.7).
    const oldest = await this.orUnavailable(() =>
      Promise.all([
        waiting === 0 ? [] : this.queue.getJobs(['wait'], waiting - 1, waiting - 1, false),
        active === 0 ? [] : this.queue.getJobs(['active'], active - 1, active - 1, false),
      ]),
    );
    const added = oldest.flat().flatMap((job) => (job?.timestamp === undefined ? [] : [job.timestamp]));
    return added.length === 0 ? 0 : Math.max(0, Date.now() - Math.min(...added));
  }

  consume(handler: (jobs: readonly QueuedJob<Data>[]) => Promise<void>, options: ConsumeOptions = {}): JobConsumer {
    const { name, schema, backend, logger } = this.options;
    const consumer = new BullConsumer(
      { name, schema, backend, logger, queue: this.queue, retryAfterMs: (failures) => this.retryAfterMs(failures) },
      handler,
      options,
    );
    this.consumers.push(consumer);
    return consumer;
  }

  close(): Promise<void> {
    return (this.closing ??= (async () => {
      await Promise.all(this.consumers.map((consumer) => consumer.close()));
      await this.queue.close();
    })());
  }

  private retryAfterMs(failures: number): number {
    const { firstRetryMs = 500, longestRetryMs = 300_000 } = this.options;
    return Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs);
  }

  private jobOptions({ dedupKey, delayMs }: AddOptions): JobsOptions {
    if (dedupKey !== undefined && !DEDUP_KEY.test(dedupKey))
      throw new RangeError(`dedupKey ${dedupKey} must begin with a letter and hold letters, digits, "." "_" "-" only.`);
    return {
      attempts: this.options.attempts ?? 3,
      backoff: { type: 'custom' },
      removeOnComplete: true,
      removeOnFail: { count: MOST_FAILED },
      ...(dedupKey === undefined ? {} : { jobId: dedupKey }),
      ...(delayMs === undefined ? {} : { delay: delayMs }),
    };
  }

  private async orUnavailable<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'issues' in error) throw error;
      if (error instanceof RangeError) throw error;
      throw new QueueUnavailableError(this.name, { cause: error });
    }
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { AppendOutcome, ReceivedBatch } from '@telltale/time-series';
import { HistorianPremises } from '../historian-premises.js';

@Injectable()
export class AppendMetrics {
  private readonly batches;
  private readonly samples;
  private readonly replays;
  private readonly bytes;
  private readonly duration;
  private readonly delay;
  private readonly damagedPages;

  constructor(@Inject(HistorianPremises) { metrics, queue }: HistorianPremises) {
    this.batches = metrics.counter({ name: 'telltale_historian_batches_total', help: 'Batches committed' });
    this.samples = metrics.counter({ name: 'telltale_historian_samples_total', help: 'Samples in committed batches' });
    this.replays = metrics.counter({
      name: 'telltale_historian_replays_total',
      help: 'Batches that were committed before',
    });
    this.bytes = metrics.counter({
      name: 'telltale_historian_batch_bytes_total',
      help: 'Encoded bytes of the batches appended',
    });
    this.duration = metrics.histogram({
      name: 'telltale_historian_append_seconds',
      help: 'Time of one append transaction',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    });
    this.delay = metrics.histogram({
      name: 'telltale_historian_ingest_to_commit_seconds',
      help: 'Time from receipt by ingest to commit',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    });
    this.damagedPages = metrics.counter({
      name: 'telltale_historian_damaged_latest_pages_total',
      help: 'Pages of latest values that could not be read, refilled from history or lost',
      labels: ['outcome'],
    });
    metrics.gauge(
      { name: 'telltale_historian_queue_jobs', help: 'Batches waiting in the queue' },
      async () => (await queue.depth()).waiting,
    );
    metrics.gauge(
      { name: 'telltale_historian_queue_oldest_seconds', help: 'Age of the oldest batch in the queue' },
      async () => (await queue.oldestJobAgeMs()) / 1_000,
    );
  }

  /** What is committed, tenant by tenant. */
  count({ appended, duplicates, damagedPages }: AppendOutcome): void {
    this.batches.inc(appended);
    this.replays.inc(duplicates);
    for (const { refilled } of damagedPages) this.damagedPages.inc({ outcome: refilled ? 'refilled' : 'lost' });
  }

  async observe(batches: readonly ReceivedBatch[], append: () => Promise<AppendOutcome>): Promise<void> {
    const end = this.duration.startTimer();
    const { appended } = await append();
    end();
    if (appended === 0) return;
    const nowUs = Date.now() * 1_000;
    for (const { batch, encoded, receivedAtUs } of batches) {
      this.samples.inc(batch.samples.tagIds.length);
      this.bytes.inc(encoded.byteLength);
      this.delay.observe(Math.max(0, (nowUs - receivedAtUs) / 1e6));
    }
  }
}

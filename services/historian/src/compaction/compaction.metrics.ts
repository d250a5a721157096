import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '@telltale/tenancy';
import type { FoldOutcome, RetireOutcome } from '@telltale/time-series';
import { HistorianPremises } from '../historian-premises.js';

const BACKLOG_EVERY_MS = 15_000;

@Injectable()
export class CompactionMetrics {
  private readonly samples;
  private readonly duplicates;
  private readonly conflicts;
  private readonly damaged;
  private readonly duration;
  private readonly tooLate;
  private readonly retiredRows;
  private readonly thinnedSamples;
  private readonly partitions;
  private readonly backlogSamples;
  private readonly oldestBlock;
  private readAtMs = -Infinity;

  constructor(@Inject(HistorianPremises) private readonly premises: HistorianPremises) {
    const { metrics } = premises;
    this.samples = metrics.counter({
      name: 'telltale_historian_folded_samples_total',
      help: 'Samples folded into history',
    });
    this.duplicates = metrics.counter({
      name: 'telltale_historian_duplicate_samples_total',
      help: 'Samples that were in history already',
    });
    this.conflicts = metrics.counter({
      name: 'telltale_historian_conflicting_samples_total',
      help: 'Samples left out because another value of the same tag and time won',
    });
    this.damaged = metrics.counter({
      name: 'telltale_historian_damaged_blocks_total',
      help: 'Stored blocks that can not be read',
    });
    this.tooLate = metrics.counter({
      name: 'telltale_historian_too_late_samples_total',
      help: 'Samples left out because the raw samples of their time were retired or thinned',
    });
    this.retiredRows = metrics.counter({
      name: 'telltale_historian_retired_rows_total',
      help: 'Rows of history that lost a level or were thinned by retention',
      labels: ['level'],
    });
    this.thinnedSamples = metrics.counter({
      name: 'telltale_historian_thinned_samples_total',
      help: 'Stored samples that thinning dropped',
    });
    this.duration = metrics.histogram({
      name: 'telltale_historian_compaction_seconds',
      help: 'Time of one compaction transaction',
      labels: ['step'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    });
    this.partitions = metrics.counter({
      name: 'telltale_historian_partitions_total',
      help: 'Partitions created and emptied',
      labels: ['work'],
    });
    this.backlogSamples = metrics.gauge({
      name: 'telltale_historian_unfolded_samples',
      help: 'Samples committed but not yet in history',
    });
    this.oldestBlock = metrics.gauge({
      name: 'telltale_historian_oldest_block_seconds',
      help: 'Age of the oldest batch not yet in history',
    });
  }

  async timed<T>(step: 'fold' | 'merge' | 'retire', work: () => Promise<T>): Promise<T> {
    const end = this.duration.startTimer({ step });
    const result = await work();
    end();
    return result;
  }

  folded(outcome: FoldOutcome): void {
    this.samples.inc(outcome.samples);
    this.duplicates.inc(outcome.duplicates);
    this.conflicts.inc(outcome.conflicts);
    this.damaged.inc(outcome.damagedBlocks);
    this.tooLate.inc(outcome.tooLate);
  }

  /** Returns how many rows there were. */
  retired({ chunksThinned, samplesDropped, rawRetired, minutesRetired, quartersRetired, hoursRetired }: RetireOutcome): number {
    this.retiredRows.inc({ level: 'thinned' }, chunksThinned);
    this.thinnedSamples.inc(samplesDropped);
    this.retiredRows.inc({ level: 'raw' }, rawRetired);
    this.retiredRows.inc({ level: 'minute' }, minutesRetired);
    this.retiredRows.inc({ level: 'quarter' }, quartersRetired);
    this.retiredRows.inc({ level: 'hour' }, hoursRetired);
    return chunksThinned + rawRetired + minutesRetired + quartersRetired + hoursRetired;
  }

  maintained({ created, reclaimed }: { created: number; reclaimed: number }): void {
    this.partitions.inc({ work: 'created' }, created);
    this.partitions.inc({ work: 'reclaimed' }, reclaimed);
  }

  async readBacklog(tenants: readonly TenantContext[]): Promise<void> {
    if (performance.now() - this.readAtMs < BACKLOG_EVERY_MS) return;
    this.readAtMs = performance.now();
    let samples = 0;
    let oldestUs = Infinity;
    for (const tenant of tenants) {
      const backlog = await this.premises.compactor.backlog(tenant);
      samples += backlog.samples;
      oldestUs = Math.min(oldestUs, backlog.oldestUs ?? Infinity);
    }
    this.backlogSamples.set(samples);
    this.oldestBlock.set(Number.isFinite(oldestUs) ? Math.max(0, Date.now() / 1_000 - oldestUs / 1e6) : 0);
  }
}

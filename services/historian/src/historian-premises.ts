import type { BatchJob } from '@telltale/ingest-contract';
import type { JobQueue } from '@telltale/ingest-queue';
import type { RegistryDatabase } from '@telltale/plant-registry';
import type { Logger, Metrics } from '@telltale/service-runtime';
import type { Compactor, HistorianWriter } from '@telltale/time-series';
import type { HistorianSettings } from './historian.settings.js';

/** Everything that was opened for one historian, and what it works by. */
export class HistorianPremises {
  constructor(
    readonly settings: HistorianSettings,
    readonly logger: Logger,
    readonly metrics: Metrics,
    readonly registry: RegistryDatabase,
    readonly writer: HistorianWriter,
    readonly compactor: Compactor,
    readonly queue: JobQueue<BatchJob>,
  ) {}

  async close(): Promise<void> {
    await this.queue.close();
    await Promise.all([this.writer.close(), this.compactor.close(), this.registry.close()]);
  }
}

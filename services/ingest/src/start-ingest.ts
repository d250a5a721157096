import { BatchJob, INGEST_LIMITS } from '@telltale/ingest-contract';
import { openQueue } from '@telltale/ingest-queue';
import { RegistryDatabase } from '@telltale/plant-registry';
import {
  createLogger,
  createWebApplication,
  Metrics,
  openPostgres,
  type RunningService,
} from '@telltale/service-runtime';
import { openBatchLedger } from '@telltale/time-series';
import { IngestModule } from './ingest.module.js';
import type { IngestSettings } from './ingest.settings.js';

const NAME = 'ingest';

/** Accepts batches over HTTP and puts them into the queue `ingest`. */
export async function startIngest(settings: IngestSettings): Promise<RunningService> {
  const logger = createLogger(NAME, settings.LOG_LEVEL);
  const metrics = new Metrics(NAME);
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).toReversed()) await close();
  };
  try {
    const registry = await openPostgres(NAME, settings.DATABASE_URL, (url) =>
      RegistryDatabase.open(url, { maxConnections: 6 }),
    );
    opened.push(() => registry.close());
    const ledger = openBatchLedger(settings.DATABASE_URL, { maxConnections: 4, statementTimeoutMs: 5_000 });
    opened.push(() => ledger.close());
    const queue = await openQueue({
      name: NAME,
      schema: BatchJob,
      backend: { kind: settings.QUEUE_BACKEND, url: settings.QUEUE_URL },
      logger,
    });
    opened.push(() => queue.close());
    metrics.gauge(
      { name: 'telltale_queue_waiting_jobs', help: 'Batches that wait for the historian' },
      async () => (await queue.depth()).waiting,
    );
    metrics.gauge(
      { name: 'telltale_queue_oldest_job_age_seconds', help: 'Age of the oldest batch in the queue' },
      async () => (await queue.oldestJobAgeMs()) / 1000,
    );

    const notReady = async (): Promise<readonly string[]> => {
      const checks = await Promise.allSettled([registry.ping(), queue.depth()]);
      return checks.flatMap((check, index) =>
        check.status === 'fulfilled' ? [] : [`${index === 0 ? 'The database' : 'The queue'} does not answer.`],
      );
    };
    const web = await createWebApplication(
      IngestModule.on({ registry, ledger, queue, settings, logger, metrics }),
      logger,
      {
        host: settings.HTTP_HOST,
        port: settings.HTTP_PORT,
        metricsPort: settings.METRICS_PORT,
        bodyLimit: INGEST_LIMITS.maxBatchBytes,
        metrics,
        notReady,
        configure: (app) => {
          app.useBodyParser('application/octet-stream', { bodyLimit: INGEST_LIMITS.maxBatchBytes });
        },
      },
    );
    opened.push(() => web.close());
    const url = await web.listen();
    return { name: NAME, url, notReady, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

import { createContext, startHealthServer, type RunningService } from '@telltale/service-runtime';
import { BatchAppender } from './append/batch-appender.js';
import { CompactionJob } from './compaction/compaction.job.js';
import { HistorianModule } from './historian.module.js';
import type { HistorianSettings } from './historian.settings.js';
import { openPremises } from './open-premises.js';

/** Starts one historian. Several may run at once: the ledger and a lock per tenant keep them apart. */
export async function startHistorian(settings: HistorianSettings): Promise<RunningService> {
  const premises = await openPremises(settings);
  const notReady = async (): Promise<readonly string[]> => {
    const checks = await Promise.allSettled([premises.registry.ping(), premises.queue.depth()]);
    return [
      ...(checks[0].status === 'rejected' ? ['Postgres does not answer.'] : []),
      ...(checks[1].status === 'rejected' ? ['The queue does not answer.'] : []),
    ];
  };
  const context = await createContext(HistorianModule.in(premises), premises.logger);
  const health = await startHealthServer(
    { host: settings.HTTP_HOST, port: settings.HTTP_PORT },
    { notReady, metrics: premises.metrics },
  ).catch(async (error: unknown) => {
    await context.close();
    await premises.close();
    throw error;
  });
  const appender = context.get(BatchAppender);
  const compaction = context.get(CompactionJob);
  appender.start();
  compaction.start();

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([appender.stop(), compaction.stop()]);
    await premises.close();
    await health.close();
    await context.close();
  };
  return { name: 'historian', url: health.url, notReady, close: () => (closing ??= close()) };
}

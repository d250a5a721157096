import { NotificationJob } from '@telltale/ingest-contract';
import { openQueue } from '@telltale/ingest-queue';
import { RegistryDatabase } from '@telltale/plant-registry';
import {
  createContext,
  createLogger,
  Metrics,
  openPostgres,
  type RunningService,
  startHealthServer,
} from '@telltale/service-runtime';
import { AlarmsModule } from './alarms.module.js';
import type { AlarmsSettings } from './alarms.settings.js';
import { channelSecrets } from './notifying/channel-secrets.js';
import { NotificationDispatcher } from './notifying/notification-dispatcher.js';
import { DetectionWatcher } from './raising/detection-watcher.js';

const NAME = 'alarms';

/** Turns detections into alarms and tells the channels. */
export async function startAlarms(settings: AlarmsSettings): Promise<RunningService> {
  const logger = createLogger(NAME, settings.LOG_LEVEL);
  const secrets = channelSecrets(settings);
  const metrics = new Metrics(NAME);
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).toReversed()) await close();
  };
  try {
    const registry = await openPostgres(NAME, settings.DATABASE_URL, (url) =>
      RegistryDatabase.open(url, { maxConnections: 4 }),
    );
    opened.push(() => registry.close());
    const queue = await openQueue({
      name: 'notification',
      schema: NotificationJob,
      backend: { kind: settings.QUEUE_BACKEND, url: settings.QUEUE_URL },
      logger,
      attempts: settings.NOTIFICATION_ATTEMPTS,
      firstRetryMs: settings.NOTIFICATION_FIRST_RETRY_MS,
    });
    opened.push(() => queue.close());
    const context = await createContext(AlarmsModule.on({ registry, queue, settings, secrets, logger, metrics }), logger);
    opened.push(() => context.close());
    const dispatcher = context.get(NotificationDispatcher);
    const watcher = context.get(DetectionWatcher);
    const notReady = async (): Promise<readonly string[]> => {
      const [database, jobs] = await Promise.allSettled([registry.ping(), queue.depth()]);
      return [
        ...(database.status === 'rejected' ? ['The database does not answer.'] : []),
        ...(jobs.status === 'rejected' ? ['The queue does not answer.'] : []),
        ...(watcher.trouble === undefined ? [] : [watcher.trouble]),
      ];
    };
    const health = await startHealthServer(
      { host: settings.HTTP_HOST, port: settings.HTTP_PORT },
      { metrics, notReady },
    );
    opened.push(() => health.close());
    dispatcher.start();
    opened.push(() => dispatcher.close());
    await watcher.start();
    opened.push(() => watcher.close());
    return { name: NAME, url: health.url, notReady, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

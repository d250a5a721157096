import { BatchJob } from '@telltale/ingest-contract';
import { openQueue } from '@telltale/ingest-queue';
import { RegistryDatabase } from '@telltale/plant-registry';
import { createLogger, Metrics, StartError } from '@telltale/service-runtime';
import { openCompactor, openSeriesWriter, openThreadedCompactor } from '@telltale/time-series';
import { HistorianPremises } from './historian-premises.js';
import type { HistorianSettings } from './historian.settings.js';

/** Opens database and queue, or throws a StartError that says what to do. */
export async function openPremises(settings: HistorianSettings): Promise<HistorianPremises> {
  const logger = createLogger('historian', settings.LOG_LEVEL);
  const registry = await RegistryDatabase.open(settings.DATABASE_URL, { maxConnections: 2 }).catch((error: unknown) => {
    throw databaseStartError(settings.DATABASE_URL, error);
  });
  const writer = openSeriesWriter(settings.DATABASE_URL, { maxConnections: settings.APPEND_CONCURRENCY + 1 });
  const compactor =
    settings.COMPACT_THREADS > 0
      ? openThreadedCompactor(settings.DATABASE_URL, settings.COMPACT_THREADS)
      : openCompactor(settings.DATABASE_URL);
  try {
    await compactor.maintain(Date.now() * 1_000);
  } catch (error) {
    await Promise.all([registry.close(), writer.close(), compactor.close()]);
    throw databaseStartError(settings.DATABASE_URL, error);
  }
  try {
    const queue = await openQueue({
      name: 'ingest',
      schema: BatchJob,
      backend: { kind: settings.QUEUE_BACKEND, url: settings.QUEUE_URL },
      logger,
    });
    return new HistorianPremises(settings, logger, new Metrics('historian'), registry, writer, compactor, queue);
  } catch (error) {
    await Promise.all([registry.close(), writer.close(), compactor.close()]);
    throw error;
  }
}

function databaseStartError(url: string, error: unknown): StartError {
  const { host, username, pathname } = new URL(url);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const name = pathname.slice(1);
  switch (code) {
    case '28P01':
    case '28000':
      return new StartError(
        'DATABASE_REFUSED',
        `Postgres at ${host} refuses user ${username}`,
        'Correct user and password in DATABASE_URL',
        { cause: error },
      );
    case '3D000':
      return new StartError(
        'DATABASE_MISSING',
        `Database ${name} does not exist at ${host}`,
        'Create it or correct DATABASE_URL',
        { cause: error },
      );
    case '3F000':
    case '42883':
    case '42501':
      return new StartError(
        'DATABASE_NOT_PREPARED',
        `Database ${name} has no schema series that ${username} may use`,
        'Run the migrations, or use the role telltale_historian in DATABASE_URL',
        { cause: error },
      );
    default:
      return new StartError(
        'DATABASE_UNREACHABLE',
        `Postgres at ${host} can't be reached${code === '' ? '' : ` (${code})`}`,
        'Start it or correct DATABASE_URL',
        { cause: error },
      );
  }
}

import {
  InsightRepository,
  LineRepository,
  PipeRunRepository,
  RegistryDatabase,
  ShiftYieldRepository,
  SiteRepository,
  TagRepository,
} from '@telltale/plant-registry';
import { createLogger, Metrics, openPostgres, StartError } from '@telltale/service-runtime';
import { openAppendListener, openSeriesReader } from '@telltale/time-series';
import { InsightsPremises } from './insights-premises.js';
import type { InsightsSettings } from './insights.settings.js';
import type { PlanSources } from './yield/line-calendar.js';

/** Opens the database, or throws a StartError that says what to do. */
export async function openPremises(settings: InsightsSettings): Promise<InsightsPremises> {
  const logger = createLogger('insights', settings.LOG_LEVEL);
  const { host, username } = new URL(settings.DATABASE_URL);
  const registry = await openPostgres('insights', settings.DATABASE_URL, (url) =>
    RegistryDatabase.open(url, { maxConnections: 2 }),
  );
  try {
    await registry.listTenants();
  } catch (cause) {
    await registry.close();
    throw new StartError(
      'DATABASE_NOT_PREPARED',
      `The database at ${host} has no registry that ${username} may read`,
      'Run the migrations, or use the role telltale_insights in DATABASE_URL',
      { cause },
    );
  }
  const repositories = {
    insights: new InsightRepository(registry),
    pipeRuns: new PipeRunRepository(registry),
    shiftYields: new ShiftYieldRepository(registry),
  };
  const tags = new TagRepository(registry);
  const planSources: PlanSources = {
    lines: new LineRepository(registry),
    sites: new SiteRepository(registry),
    counterMax: async (tenant, tagIds) =>
      new Map((await tags.byIds(tenant, tagIds)).map(({ tagId, counterMax }) => [tagId, counterMax])),
  };
  const series = openSeriesReader(settings.DATABASE_URL, { maxConnections: 2, applicationName: 'telltale insights' });
  return new InsightsPremises(
    settings,
    logger,
    new Metrics('insights'),
    registry,
    repositories,
    planSources,
    series,
    openAppendListener(settings.DATABASE_URL),
  );
}

import type { TestDatabase } from '@telltale/plant-registry/testing';
import type { InsightsSettings } from '../src/index.js';

/** Settings under which a test need not wait for what it does not test. */
export const insightsSettingsFor = ({ urls }: TestDatabase, own: Partial<InsightsSettings> = {}): InsightsSettings => ({
  DATABASE_URL: urls.telltale_insights,
  LOG_LEVEL: 'silent',
  HTTP_HOST: '127.0.0.1',
  HTTP_PORT: 0,
  LATENESS_SECONDS: 5,
  WARM_UP_DAYS: 3,
  ALARM_HORIZON_MINUTES: 30,
  NO_DATA_SECONDS: 600,
  YIELD_REFRESH_SECONDS: 5,
  BACKFILL_QUIET_SECONDS: 1,
  ...own,
});

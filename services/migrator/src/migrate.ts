import { prepareDatabase } from '@telltale/plant-registry';
import { createLogger, StartError } from '@telltale/service-runtime';
import { migrateSeries } from '@telltale/time-series';
import type { MigratorSettings } from './migrator.settings.js';
import { rolePasswords } from './role-passwords.js';

const reasonOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

/** Roles, database, schemas and all migrations of this release. Safe to run again and from several places. */
export async function migrate({
  ADMIN_DATABASE_URL,
  DATABASE_NAME,
  ROLE_PASSWORDS_DIR,
  LOG_LEVEL,
}: MigratorSettings): Promise<void> {
  const logger = createLogger('migrator', LOG_LEVEL);
  const passwords = await rolePasswords(ROLE_PASSWORDS_DIR);
  try {
    const urls = await prepareDatabase(ADMIN_DATABASE_URL, { rolePasswords: passwords, database: DATABASE_NAME });
    const applied = await migrateSeries(urls.telltale_owner);
    logger.info({ database: DATABASE_NAME, series: applied }, 'the database fits this release');
  } catch (cause) {
    throw new StartError(
      'MIGRATION_FAILED',
      `The database at ${new URL(ADMIN_DATABASE_URL).host} could not be prepared (${reasonOf(cause)})`,
      'Nothing was changed by the step that failed; correct the cause and run the migrator again',
      { cause },
    );
  }
}

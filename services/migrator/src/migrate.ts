import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareDatabase, SERVICE_ROLES, type ServiceRole } from '@telltale/plant-registry';
import { createLogger, StartError } from '@telltale/service-runtime';
import { migrateSeries } from '@telltale/time-series';
import type { MigratorSettings } from './migrator.settings.js';

const WEAKEST = 12;

async function passwordOf(folder: string, role: ServiceRole): Promise<string> {
  const file = join(folder, role);
  const password = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    (cause: unknown) => {
      throw new StartError(
        'ROLE_PASSWORD_MISSING',
        `The password of role ${role} can't be read from ${file}`,
        'Put it into that file or correct ROLE_PASSWORDS_DIR',
        { cause },
      );
    },
  );
  if (password.length < WEAKEST) {
    throw new StartError(
      'ROLE_PASSWORD_WEAK',
      `The password of role ${role} has fewer than ${WEAKEST} characters`,
      `Put a longer one into ${file}`,
    );
  }
  return password;
}

async function rolePasswords(folder: string): Promise<Record<ServiceRole, string>> {
  const passwords: Partial<Record<ServiceRole, string>> = {};
  for (const role of SERVICE_ROLES) passwords[role] = await passwordOf(folder, role);
  // Every role of SERVICE_ROLES was just read.
  return passwords as Record<ServiceRole, string>;
}

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

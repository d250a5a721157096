import { z } from 'zod';
import { commonSettings } from '@telltale/service-settings';

/** Variables of the migrator. */
export const migratorSettings = z.object({
  ADMIN_DATABASE_URL: commonSettings.DATABASE_URL.describe(
    'Postgres address of a user that may create roles and databases',
  ),
  DATABASE_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, 'use lower case letters, digits and _')
    .default('telltale')
    .describe('database that the platform uses; created when missing'),
  ROLE_PASSWORDS_DIR: z
    .string()
    .min(1)
    .describe('folder with one file per role, e.g. telltale_ingest, that holds its password'),
  SECRET_KEYS: commonSettings.SECRET_KEYS,
  LOG_LEVEL: commonSettings.LOG_LEVEL,
});
export type MigratorSettings = z.infer<typeof migratorSettings>;

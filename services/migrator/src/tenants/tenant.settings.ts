import { z } from 'zod';
import { migratorSettings } from '../migrator.settings.js';

const { ADMIN_DATABASE_URL, DATABASE_NAME, ROLE_PASSWORDS_DIR } = migratorSettings.shape;

/** Variables of the task that introduces a tenant. */
export const tenantSettings = z.object({
  ADMIN_DATABASE_URL: ADMIN_DATABASE_URL.describe(
    'Postgres address as for the migrator; the login is that of telltale_owner all the same',
  ),
  DATABASE_NAME,
  ROLE_PASSWORDS_DIR: ROLE_PASSWORDS_DIR.describe('folder with the file telltale_owner that holds its password'),
  TENANT_FILE: z.string().min(1).describe('JSON file that describes the tenant, see its README; - for standard input'),
  FIRST_ADMIN_PASSWORD: z
    .string()
    .min(12, 'use at least 12 characters')
    .optional()
    .describe('password of a new admin; not set: one is made and printed'),
  REPLACE: z
    .enum(['nothing', 'admin-password', 'gateway-keys'])
    .default('nothing')
    .describe('what is replaced of a tenant that is there already: a forgotten password or lost keys'),
});
export type TenantSettings = z.infer<typeof tenantSettings>;

import { z } from 'zod';
import { isSlug } from '@telltale/equipment-model';
import { migratorSettings } from '../migrator.settings.js';

const { ADMIN_DATABASE_URL, DATABASE_NAME, ROLE_PASSWORDS_DIR } = migratorSettings.shape;

/** Variables of the task that makes a tenant's Grafana role. */
export const grafanaRoleSettings = z.object({
  ADMIN_DATABASE_URL: ADMIN_DATABASE_URL.describe('Postgres address of a user that may create roles'),
  DATABASE_NAME,
  ROLE_PASSWORDS_DIR: ROLE_PASSWORDS_DIR.describe('folder with the file telltale_owner that holds its password'),
  TENANT: z.string().refine(isSlug, 'use a-z, 0-9 and single hyphens between them').describe('slug of the tenant whose Grafana logs in with the role'),
  GRAFANA_PASSWORD: z
    .string()
    .min(16, 'use at least 16 characters')
    .describe('password that the role gets; rather GRAFANA_PASSWORD_FILE, which names a file that holds it'),
});
export type GrafanaRoleSettings = z.infer<typeof grafanaRoleSettings>;

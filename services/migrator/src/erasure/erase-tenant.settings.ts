import { z } from 'zod';
import { isSlug } from '@telltale/equipment-model';
import { migratorSettings } from '../migrator.settings.js';

const { ADMIN_DATABASE_URL, DATABASE_NAME, ROLE_PASSWORDS_DIR } = migratorSettings.shape;

/** Variables of the task that erases a tenant's samples. */
export const eraseTenantSettings = z.object({
  ADMIN_DATABASE_URL: ADMIN_DATABASE_URL.describe('Postgres address as for the migrator; the logins are those of telltale_owner and telltale_historian all the same'),
  DATABASE_NAME,
  ROLE_PASSWORDS_DIR: ROLE_PASSWORDS_DIR.describe('folder with the files telltale_owner and telltale_historian that hold their passwords'),
  TENANT: z.string().refine(isSlug, 'use a-z, 0-9 and single hyphens between them').describe('slug of the tenant whose samples are erased'),
  CONFIRM: z.string().describe('the slug once more: what is erased does not come back'),
  REASON: z.string().trim().min(3, 'say why').max(400).describe('why it is erased; goes into the audit and the record of erasures'),
  SETTLE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(30)
    .describe('how long it waits after revoking keys and again before it verifies; ingest knows a key for 20 s and the queue must drain. 0 only while ingest and historian are stopped'),
});
export type EraseTenantSettings = z.infer<typeof eraseTenantSettings>;

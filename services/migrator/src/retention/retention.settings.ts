import { z } from 'zod';
import { isSlug } from '@telltale/equipment-model';
import { migratorSettings } from '../migrator.settings.js';

const { ADMIN_DATABASE_URL, DATABASE_NAME, ROLE_PASSWORDS_DIR } = migratorSettings.shape;

const days = (what: string): z.ZodOptional<z.ZodCoercedNumber> => z.coerce.number().int().min(1).max(36_500).optional().describe(`with ACTION=class: days after which ${what} go; not set: never`);
const time = z.iso.datetime({ offset: true }).optional();

/** Variables of the task that says how long what is kept. */
export const retentionSettings = z.object({
  ADMIN_DATABASE_URL: ADMIN_DATABASE_URL.describe('Postgres address as for the migrator; the logins are those of telltale_owner and telltale_historian all the same'),
  DATABASE_NAME,
  ROLE_PASSWORDS_DIR: ROLE_PASSWORDS_DIR.describe('folder with the files telltale_owner and telltale_historian that hold their passwords'),
  TENANT: z.string().refine(isSlug, 'use a-z, 0-9 and single hyphens between them').describe('slug of the tenant'),
  ACTION: z.enum(['show', 'class', 'assign', 'hold', 'release']).default('show').describe('show classes and holds; set a class; put tags into a class; place a legal hold; release one'),
  CLASS: z.string().regex(/^[a-z0-9-]{1,40}$/, 'use a-z, 0-9 and hyphens, 40 at most').default('default').describe('class that is set or that tags are put into; tags without one are in default'),
  THIN_DAYS: days('samples of tags with a THIN_ERROR are thinned and what is left out of them'),
  RAW_DAYS: days('samples'),
  MINUTE_DAYS: days('minutes'),
  QUARTER_DAYS: days('quarters of an hour'),
  HOUR_DAYS: days('hours, and with them shifts and days,'),
  THIN_ERROR: z.coerce.number('use a number from 0 on, like 0.25').min(0, 'use a number from 0 on, like 0.25').optional().describe("with ACTION=assign: how far a sample that thinning leaves out may be away from the line between those kept, in the tags' unit; not set: never thinned"),
  TAGS: z.string().min(1).optional().describe('paths of tags for assign and hold, separated by commas; a * at the end stands for the rest; a hold without it is on all'),
  FROM: time.describe('beginning of the time that a hold keeps, with its zone; not set: from the first sample on'),
  TO: time.describe('end of that time; not set: for ever'),
  REASON: z.string().trim().min(3, 'say why').max(400).optional().describe('why a hold is placed or released; goes into the audit'),
  HOLD: z.coerce.number().int().min(1).optional().describe('number of the hold that is released'),
});
export type RetentionSettings = z.infer<typeof retentionSettings>;

import {
  ChannelRepository,
  prepareDatabase,
  RegistryDatabase,
  SecretBox,
  SecretError,
  SecretKeys,
} from '@telltale/plant-registry';
import { createLogger, reasonOf, StartError } from '@telltale/service-runtime';
import { migrateSeries } from '@telltale/time-series';
import type { MigratorSettings } from './migrator.settings.js';
import { rolePasswords } from './role-passwords.js';

/** Roles, database, schemas and all migrations of this release. Safe to run again and from several places. */
export async function migrate({
  ADMIN_DATABASE_URL,
  DATABASE_NAME,
  ROLE_PASSWORDS_DIR,
  SECRET_KEYS,
  LOG_LEVEL,
}: MigratorSettings): Promise<void> {
  const logger = createLogger('migrator', LOG_LEVEL);
  const passwords = await rolePasswords(ROLE_PASSWORDS_DIR);
  try {
    const urls = await prepareDatabase(ADMIN_DATABASE_URL, { rolePasswords: passwords, database: DATABASE_NAME });
    const applied = await migrateSeries(urls.telltale_owner);
    if (SECRET_KEYS === undefined) logger.warn('secrets in the database are not encrypted: SECRET_KEYS is not set');
    else logger.info({ renewed: await renewSecrets(urls.telltale_owner, SECRET_KEYS) }, 'secrets are encrypted');
    logger.info({ database: DATABASE_NAME, series: applied }, 'the database fits this release');
  } catch (cause) {
    if (cause instanceof SecretError)
      throw new StartError(cause.code, `${cause.concerned} ${cause.problem}`, cause.remedy, { cause });
    throw new StartError(
      'MIGRATION_FAILED',
      `The database at ${new URL(ADMIN_DATABASE_URL).host} could not be prepared (${reasonOf(cause)})`,
      'Nothing was changed by the step that failed; correct the cause and run the migrator again',
      { cause },
    );
  }
}

/** Encrypts what is in the clear, and what is under an older key under the newest. Returns how many secrets changed. */
export async function renewSecrets(ownerUrl: string, secretKeys: string): Promise<number> {
  const secrets = new SecretBox(SecretKeys.parse(secretKeys));
  const registry = await RegistryDatabase.open(ownerUrl, { maxConnections: 1 });
  try {
    const channels = new ChannelRepository(registry, secrets);
    let renewed = 0;
    for (const tenant of await registry.listTenants()) renewed += await channels.renewSecrets(tenant);
    return renewed;
  } finally {
    await registry.close();
  }
}

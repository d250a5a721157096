import { RegistryDatabase, roleUrl, TenantRepository } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';
import type { TenantContext } from '@telltale/tenancy';
import type { MigratorSettings } from './migrator.settings.js';
import { passwordOf } from './role-passwords.js';

type OwnerSettings = Pick<MigratorSettings, 'ADMIN_DATABASE_URL' | 'DATABASE_NAME' | 'ROLE_PASSWORDS_DIR'>;

/** The registry as telltale_owner. Throws StartError. */
export async function openAsOwner(settings: OwnerSettings): Promise<RegistryDatabase> {
  const { ADMIN_DATABASE_URL, DATABASE_NAME, ROLE_PASSWORDS_DIR } = settings;
  const password = await passwordOf(ROLE_PASSWORDS_DIR, 'telltale_owner');
  try {
    return await RegistryDatabase.open(roleUrl(ADMIN_DATABASE_URL, DATABASE_NAME, 'telltale_owner', password), {
      maxConnections: 1,
    });
  } catch (cause) {
    throw new StartError(
      'DATABASE_UNREACHABLE',
      `Database ${DATABASE_NAME} at ${new URL(ADMIN_DATABASE_URL).host} does not let telltale_owner in`,
      'Run the migrator first, or correct ADMIN_DATABASE_URL and ROLE_PASSWORDS_DIR',
      { cause },
    );
  }
}

/** The tenant that TENANT names. Throws StartError. */
export async function tenantOf(registry: RegistryDatabase, settings: Pick<MigratorSettings, 'DATABASE_NAME'> & { readonly TENANT: string }): Promise<TenantContext> {
  const found = await new TenantRepository(registry).bySlug(settings.TENANT);
  if (found !== null) return found;
  throw new StartError(
    'TENANT_UNKNOWN',
    `There is no tenant ${settings.TENANT} in database ${settings.DATABASE_NAME}`,
    'Correct TENANT, or introduce the tenant first with tenant.js',
  );
}

/** Where the historian's role logs in: the only one that may change what is kept. Throws StartError. */
export async function historianUrl({ ADMIN_DATABASE_URL, DATABASE_NAME, ROLE_PASSWORDS_DIR }: OwnerSettings): Promise<string> {
  return roleUrl(ADMIN_DATABASE_URL, DATABASE_NAME, 'telltale_historian', await passwordOf(ROLE_PASSWORDS_DIR, 'telltale_historian'));
}

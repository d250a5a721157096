import { randomBytes } from 'node:crypto';
import {
  GatewayKeysRepository,
  PlantSetup,
  type RegistryDatabase,
  TenantRepository,
  UserRepository,
} from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';
import { openAsOwner } from '../owner-database.js';
import { readTenantDescription, type TenantDescription } from './tenant-description.js';
import type { TenantSettings } from './tenant.settings.js';

type Print = (line: string) => void;
type Tenant = Awaited<ReturnType<TenantRepository['save']>>;
const toStandardOutput: Print = (line) => void process.stdout.write(`${line}\n`);

/** 100 bits, readable aloud. */
const generatedPassword = (): string => (randomBytes(13).toString('hex').match(/.{5}/g) ?? []).join('-');

const has = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

/** Makes the tenant, its sites, gateways and first admin. Run again, it changes what differs and prints no secret twice. */
export async function introduceTenant(settings: TenantSettings, print: Print = toStandardOutput): Promise<void> {
  const description = await readTenantDescription(settings.TENANT_FILE);
  const registry = await openAsOwner(settings);
  try {
    const tenant = await new TenantRepository(registry).save(description.tenant);
    print(`Tenant ${description.tenant.slug} (${tenant.tenantId})`);
    await introduceAdmin(registry, tenant, description.admin, settings, print);
    for (const site of description.sites) await introduceSite(registry, tenant, site, settings, print);
  } finally {
    await registry.close();
  }
}

async function introduceAdmin(
  registry: RegistryDatabase,
  tenant: Tenant,
  { email, name }: TenantDescription['admin'],
  { FIRST_ADMIN_PASSWORD: given, REPLACE }: TenantSettings,
  print: Print,
): Promise<void> {
  const users = new UserRepository(registry);
  const isKnown = (await users.list(tenant)).some((user) => user.email === email.trim().toLowerCase());
  if (isKnown && REPLACE !== 'admin-password') {
    print(`Admin ${email} has an account already; it stays as it is.`);
    return;
  }
  const password = given ?? generatedPassword();
  try {
    await users.save(tenant, { email, name, role: 'admin', password });
  } catch (cause) {
    if (!has(cause, UNIQUE_VIOLATION)) throw cause;
    throw new StartError(
      'ADMIN_ADDRESS_TAKEN',
      `${email} belongs to another tenant`,
      'Use another address for the admin: an address belongs to one tenant',
      { cause },
    );
  }
  print(
    given === undefined
      ? `Admin ${email}, password ${password} (shown this once)`
      : `Admin ${email}, password as given`,
  );
}

/** SQLSTATE of Postgres. */
const UNIQUE_VIOLATION = '23505';

async function introduceSite(
  registry: RegistryDatabase,
  tenant: Tenant,
  { gateways, ...site }: TenantDescription['sites'][number],
  { REPLACE }: TenantSettings,
  print: Print,
): Promise<void> {
  const setup = new PlantSetup(registry);
  const keys = new GatewayKeysRepository(registry);
  const { siteId } = await setup.site(tenant, site);
  print(`Site ${site.slug} (${siteId}), ${site.timeZone}`);
  for (const name of gateways) {
    const { gatewayId } = await setup.gateway(tenant, { siteId, name });
    const valid = (await keys.ofGateway(tenant, gatewayId)).filter(({ revokedAt }) => revokedAt === null);
    if (valid.length > 0 && REPLACE !== 'gateway-keys') {
      print(`  Gateway ${name} (${gatewayId}) has a key already.`);
      continue;
    }
    const { key } = await keys.issue(tenant, gatewayId, new Date());
    print(`  Gateway ${name} (${gatewayId}), key ${key} (shown this once)`);
    for (const { gatewayKeyId } of valid) await keys.revoke(tenant, gatewayKeyId, new Date());
  }
}

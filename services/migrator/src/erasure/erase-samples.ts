import { AuditRepository, GatewayKeysRepository, GatewayReading, QuarantineRepository, type JsonDocument, type RegistryDatabase } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';
import type { TenantContext } from '@telltale/tenancy';
import { eraseTenant, LegalHoldError, openRetentionBook, SeriesQueryError, type ErasedCounts } from '@telltale/time-series';
import { historianUrl, openAsOwner, tenantOf } from '../owner-database.js';
import type { EraseTenantSettings } from './erase-tenant.settings.js';

type Print = (line: string) => void;
const toStandardOutput: Print = (line) => void process.stdout.write(`${line}\n`);

/** Erases every sample of a tenant and what was computed of them in the historian. May be broken off and run again. Refused while a legal hold is in place. */
export async function eraseSamples(settings: EraseTenantSettings, print: Print = toStandardOutput): Promise<void> {
  const { TENANT, CONFIRM, REASON } = settings;
  if (CONFIRM !== TENANT) throw new StartError('ERASURE_NOT_CONFIRMED', `CONFIRM is not ${TENANT}`, 'Write the slug of the tenant into CONFIRM as well');
  const registry = await openAsOwner(settings);
  try {
    const tenant = await tenantOf(registry, settings);
    const url = await historianUrl(settings);
    await refuseOnHold(url, tenant, TENANT);
    const audit = (action: string, detail: JsonDocument): Promise<unknown> =>
      new AuditRepository(registry).append(tenant, { actorKind: 'platform', actorId: null, action, subject: `tenant ${tenant.tenantId}`, detail });
    await audit('samples-erasure-begun', { reason: REASON });
    const revoked = await revokeKeys(registry, tenant);
    const quarantined = await new QuarantineRepository(registry).removeAll(tenant);
    const counts = { ...(await erased(url, tenant, TENANT, REASON)), quarantined_batch: quarantined };
    await audit('samples-erased', { reason: REASON, keysRevoked: revoked, counts });
    print(`Samples of ${TENANT} are erased, ${revoked} keys of its gateways revoked`);
    for (const [table, rows] of Object.entries(counts)) print(`  ${table}: ${rows} rows`);
  } finally {
    await registry.close();
  }
}

async function refuseOnHold(url: string, tenant: TenantContext, slug: string): Promise<void> {
  const book = openRetentionBook(url);
  try {
    const [hold] = await book.holds(tenant);
    if (hold !== undefined) throw onHold(slug, `hold ${hold.holdId}: ${hold.reason}`);
  } finally {
    await book.close();
  }
}

const onHold = (slug: string, which: string): StartError =>
  new StartError('LEGAL_HOLD', `${slug} is under a legal hold (${which})`, 'Nothing may be erased until it is released with retention.js, ACTION=release');

/** Without the ledger of what was committed, what a gateway sends again would be new. */
async function revokeKeys(registry: RegistryDatabase, tenant: TenantContext): Promise<number> {
  const keys = new GatewayKeysRepository(registry);
  let revoked = 0;
  for (const { gatewayId } of await new GatewayReading(registry).list(tenant))
    for (const { gatewayKeyId } of await keys.ofGateway(tenant, gatewayId)) if (await keys.revoke(tenant, gatewayKeyId, new Date())) revoked += 1;
  return revoked;
}

async function erased(url: string, tenant: TenantContext, slug: string, reason: string): Promise<ErasedCounts> {
  try {
    return await eraseTenant(url, tenant, { nowUs: Date.now() * 1000, reason });
  } catch (cause) {
    if (cause instanceof LegalHoldError) throw onHold(slug, 'placed just now');
    if (cause instanceof SeriesQueryError) throw new StartError('ERASURE_OVERTAKEN', `Samples of ${slug} came while they were erased`, 'Its keys are revoked: wait until the queue has drained, then run it again', { cause });
    throw cause;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { AuditRepository, GatewayKeysRepository, QuarantineRepository, type JsonDocument, type RegistryDatabase } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';
import type { TenantContext } from '@telltale/tenancy';
import { eraseTenant, LegalHoldError, openRetentionBook, SeriesQueryError, type ErasedCounts, type EraseOptions } from '@telltale/time-series';
import { historianUrl, openAsOwner, tenantOf } from '../owner-database.js';
import type { EraseTenantSettings } from './erase-tenant.settings.js';

type Print = (line: string) => void;
const toStandardOutput: Print = (line) => void process.stdout.write(`${line}\n`);

/** Erases every sample of a tenant and what was computed of them in the historian. May be broken off and run again. Refused while a legal hold is in place. */
export async function eraseSamples(settings: EraseTenantSettings, print: Print = toStandardOutput): Promise<void> {
  const { TENANT, CONFIRM, REASON } = settings;
  const settleMs = settings.SETTLE_SECONDS * 1000;
  if (CONFIRM !== TENANT) throw new StartError('ERASURE_NOT_CONFIRMED', `CONFIRM is not ${TENANT}`, 'Write the slug of the tenant into CONFIRM as well');
  const registry = await openAsOwner(settings);
  try {
    const tenant = await tenantOf(registry, settings);
    const url = await historianUrl(settings);
    await refuseOnHold(url, tenant, TENANT);
    const audit = (action: string, detail: JsonDocument): Promise<unknown> =>
      new AuditRepository(registry).append(tenant, { actorKind: 'platform', actorId: null, action, subject: `tenant ${tenant.tenantId}`, detail });
    await audit('samples-erasure-begun', { reason: REASON });
    const revoked = await shutOut(registry, tenant, settleMs);
    const quarantined = async (): Promise<ErasedCounts> => ({ quarantined_batch: await new QuarantineRepository(registry).removeAll(tenant) });
    const counts = await erased(url, tenant, TENANT, { nowUs: Date.now() * 1000, reason: REASON, settleMs, alsoErase: quarantined });
    await audit('samples-erased', { reason: REASON, keysRevoked: revoked.keys, invitationsRevoked: revoked.invitations, counts });
    print(`Samples of ${TENANT} are erased, ${revoked.keys} keys of its gateways revoked`);
    if (revoked.invitations > 0) print(`  ${revoked.invitations} invitations of gateways revoked`);
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

/**
 * Without the ledger of what was committed, what a gateway sends again would be new. Ingest knows a key for a while after it was
 * revoked, and may change it for another one until then: revokes until there is nothing left to revoke.
 */
async function shutOut(registry: RegistryDatabase, tenant: TenantContext, settleMs: number): Promise<{ readonly keys: number; readonly invitations: number }> {
  const repository = new GatewayKeysRepository(registry);
  const revoked = { keys: 0, invitations: 0 };
  for (;;) {
    const now = await repository.revokeAll(tenant, new Date());
    revoked.keys += now.keys;
    revoked.invitations += now.invitations;
    // Also when a run before this one revoked them: it may have been broken off while it waited.
    await sleep(settleMs);
    if (now.keys + now.invitations === 0) return revoked;
  }
}

async function erased(url: string, tenant: TenantContext, slug: string, options: EraseOptions): Promise<ErasedCounts> {
  try {
    return await eraseTenant(url, tenant, options);
  } catch (cause) {
    if (cause instanceof LegalHoldError) throw onHold(slug, 'placed just now');
    if (cause instanceof SeriesQueryError) throw new StartError('ERASURE_OVERTAKEN', `Samples of ${slug} came while they were erased`, 'Its keys are revoked: wait until the queue has drained, then run it again', { cause });
    throw cause;
  }
}

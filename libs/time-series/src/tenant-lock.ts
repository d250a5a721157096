import type { TenantContext } from '@telltale/tenancy';
import type { Query } from './series-database.js';

const LOCK_CLASS = 73_561;

/** What removes a tenant's stored samples and what forbids to, one after the other; until the end of the caller's transaction. */
export async function lockTenant(query: Query, { tenantId }: TenantContext): Promise<void> {
  await query('select pg_advisory_xact_lock($1::int4, $2::int4)', [LOCK_CLASS, tenantId]);
}

/** False when somebody else has it. */
export async function tryLockTenant(query: Query, { tenantId }: TenantContext): Promise<boolean> {
  const [lock] = await query<{ held: boolean }>('select pg_try_advisory_xact_lock($1::int4, $2::int4) as held', [LOCK_CLASS, tenantId]);
  return lock?.held === true;
}

import type { TenantContext } from '@telltale/tenancy';
import { SeriesDatabase, type Query, type SeriesDatabaseOptions } from './series-database.js';
import { LegalHoldError, SeriesQueryError } from './time-series.errors.js';

/** Rows per table that were erased. */
export type ErasedCounts = Readonly<Record<string, number>>;

const ROWS_AT_A_TIME = 5_000;
/** Where each table's rows are, and the key by which a piece of them is picked. */
const TABLES = [
  ['sample_block', 'slot, gateway_id, epoch, seq'],
  ['sample_chunk', 'tag_id, window_start_us'],
  ['rollup_day', 'tag_id, day_us'],
  ['late_change', 'tag_id, day_us, changed_at_us'],
  ['latest_page', 'page'],
  ['continuity', 'tag_id, from_us, gateway_id, epoch, seq, row'],
  ['tag_retention', 'tag_id'],
  ['retention_class', 'class'],
  ['batch_ledger', 'gateway_id, epoch'],
] as const;

/**
 * Erases everything the schema holds of a tenant, table by table in small transactions, verifies that nothing is left and records
 * the counts in series.erasure. May be broken off and called again. Revoke the tenant's gateways first: without the ledger their
 * batches would be new. As telltale_historian. Throws LegalHoldError while a hold is in place.
 */
export async function eraseTenant(
  url: string,
  tenant: TenantContext,
  options: { readonly nowUs: number; readonly reason: string } & SeriesDatabaseOptions,
): Promise<ErasedCounts> {
  const { nowUs, reason, ...rest } = options;
  const database = new SeriesDatabase(url, { maxConnections: 1, applicationName: 'telltale erasure', ...rest });
  const counts: Record<string, number> = {};
  try {
    for (const [table, key] of TABLES) {
      counts[table] = 0;
      for (let gone = ROWS_AT_A_TIME; gone === ROWS_AT_A_TIME;) {
        gone = await database.inTenant(tenant, 'write', async (query) => {
          await refuseOnHold(query, tenant);
          const rows = await query(
            `delete from series.${table} where tenant_id = $1::int4 and (${key}) in
               (select ${key} from series.${table} where tenant_id = $1::int4 limit ${ROWS_AT_A_TIME}) returning 1`,
            [tenant.tenantId],
          );
          return rows.length;
        });
        counts[table] += gone;
      }
    }
    await database.inTenant(tenant, 'write', async (query) => {
      for (const [table] of TABLES) {
        const [left] = await query<{ found: boolean }>(
          `select exists (select from series.${table} where tenant_id = $1::int4) as found`,
          [tenant.tenantId],
        );
        if (left?.found === true)
          throw new SeriesQueryError(`Rows of tenant ${tenant.tenantId} came into ${table} while it was erased`, 'Stop its gateways and services, then erase again');
      }
      await query('insert into series.erasure (tenant_id, erased_at_us, reason, counts) values ($1, $2, $3, $4::jsonb)', [
        tenant.tenantId,
        nowUs,
        reason,
        JSON.stringify(counts),
      ]);
    });
    return counts;
  } finally {
    await database.close();
  }
}

async function refuseOnHold(query: Query, tenant: TenantContext): Promise<void> {
  const [hold] = await query<{ reason: string }>('select reason from series.legal_hold where tenant_id = $1::int4 limit 1', [tenant.tenantId]);
  if (hold !== undefined) throw new LegalHoldError(`Tenant ${tenant.tenantId} has a legal hold (${hold.reason})`);
}

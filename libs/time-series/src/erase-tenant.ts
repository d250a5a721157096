import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantContext } from '@telltale/tenancy';
import { SeriesDatabase, type Query, type SeriesDatabaseOptions } from './series-database.js';
import { lockTenant } from './tenant-lock.js';
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

export interface EraseOptions extends SeriesDatabaseOptions {
  /** When it began; with the time of one that was broken off that one goes on. */
  readonly nowUs: number;
  readonly reason: string;
  /** How long batches may still be under way: so much later nothing may have come. */
  readonly settleMs?: number;
  /** Erases what lies elsewhere, while no hold can be placed; rows per table. */
  readonly alsoErase?: () => Promise<ErasedCounts>;
}

/**
 * Erases everything the schema holds of a tenant, table by table in small transactions, verifies that nothing is left and records
 * the counts in series.erasure as it goes on. May be broken off and called again. Revoke the tenant's gateways first: without the
 * ledger their batches would be new. As telltale_historian. Throws LegalHoldError while a hold is in place.
 */
export async function eraseTenant(url: string, tenant: TenantContext, options: EraseOptions): Promise<ErasedCounts> {
  const { nowUs, reason, settleMs = 0, alsoErase, ...rest } = options;
  const database = new SeriesDatabase(url, { maxConnections: 1, applicationName: 'telltale erasure', ...rest });
  /** A hold waits for the step under way and stops the next one. */
  const step = <T>(work: (query: Query) => Promise<T>): Promise<T> =>
    database.inTenant(tenant, 'write', async (query) => {
      await lockTenant(query, tenant);
      await refuseOnHold(query, tenant);
      return work(query);
    });
  try {
    await step((query) => begin(query, tenant, nowUs, reason));
    for (const [table, key] of TABLES)
      for (let gone = ROWS_AT_A_TIME; gone === ROWS_AT_A_TIME;)
        gone = await step(async (query) => {
          const rows = await query(
            `delete from series.${table} where tenant_id = $1::int4 and (${key}) in
               (select ${key} from series.${table} where tenant_id = $1::int4 limit ${ROWS_AT_A_TIME}) returning 1`,
            [tenant.tenantId],
          );
          await count(query, tenant, nowUs, { [table]: rows.length });
          return rows.length;
        });
    if (alsoErase !== undefined) await step(async (query) => count(query, tenant, nowUs, await alsoErase()));
    await sleep(settleMs);
    return await step(async (query) => {
      await verify(query, tenant);
      return finish(query, tenant, nowUs);
    });
  } finally {
    await database.close();
  }
}

/** When the newest erasure began that is not finished; null when there is none. */
export async function erasureUnderWay(query: Query, tenant: TenantContext): Promise<number | null> {
  const [row] = await query<{ begunAtUs: number | null }>(
    'select max(erased_at_us) as "begunAtUs" from series.erasure where tenant_id = $1::int4 and finished_at_us is null',
    [tenant.tenantId],
  );
  return row?.begunAtUs ?? null;
}

async function begin(query: Query, tenant: TenantContext, nowUs: number, reason: string): Promise<void> {
  await query(
    `insert into series.erasure (tenant_id, erased_at_us, reason, counts) values ($1, $2, $3, $4::jsonb) on conflict (tenant_id, erased_at_us) do nothing`,
    [tenant.tenantId, nowUs, reason, JSON.stringify(Object.fromEntries(TABLES.map(([table]) => [table, 0])))],
  );
}

async function count(query: Query, tenant: TenantContext, nowUs: number, rows: ErasedCounts): Promise<void> {
  await query(
    `update series.erasure set counts = counts || coalesce((select jsonb_object_agg(r.key, coalesce((counts ->> r.key)::int8, 0) + r.value::int8) from jsonb_each_text($3::jsonb) r), '{}')
      where tenant_id = $1::int4 and erased_at_us = $2::int8`,
    [tenant.tenantId, nowUs, JSON.stringify(rows)],
  );
}

async function verify(query: Query, tenant: TenantContext): Promise<void> {
  for (const [table] of TABLES) {
    const [left] = await query<{ found: boolean }>(`select exists (select from series.${table} where tenant_id = $1::int4) as found`, [tenant.tenantId]);
    if (left?.found === true)
      throw new SeriesQueryError(`Rows of tenant ${tenant.tenantId} came into ${table} while it was erased`, 'Stop its gateways and services, then erase again');
  }
}

/** Nothing is left, whichever erasure took it: those that were broken off are finished as well. */
async function finish(query: Query, tenant: TenantContext, nowUs: number): Promise<ErasedCounts> {
  const rows = await query<{ begunAtUs: number; counts: ErasedCounts }>(
    `update series.erasure set finished_at_us = $2::int8 where tenant_id = $1::int4 and (finished_at_us is null or erased_at_us = $3::int8)
     returning erased_at_us as "begunAtUs", counts`,
    [tenant.tenantId, Date.now() * 1_000, nowUs],
  );
  return rows.find(({ begunAtUs }) => begunAtUs === nowUs)?.counts ?? {};
}

async function refuseOnHold(query: Query, tenant: TenantContext): Promise<void> {
  const [hold] = await query<{ reason: string }>('select reason from series.legal_hold where tenant_id = $1::int4 limit 1', [tenant.tenantId]);
  if (hold !== undefined) throw new LegalHoldError(`Tenant ${tenant.tenantId} has a legal hold (${hold.reason})`);
}

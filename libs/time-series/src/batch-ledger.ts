import type { TenantContext } from '@telltale/tenancy';
import type { BatchLedger } from './series-contract.js';
import { SeriesDatabase, type Query, type SeriesDatabaseOptions } from './series-database.js';
import { contiguousThrough, parseSequenceSet, uniteSequences, type SequenceSet } from './sequence-set.js';

export interface GatewayEpoch {
  readonly gatewayId: number;
  readonly epoch: number;
}

export interface LedgerEntry extends GatewayEpoch {
  readonly committed: SequenceSet;
  readonly setAside: SequenceSet;
}

interface LedgerRow {
  gateway_id: number;
  epoch: number;
  committed: string;
  set_aside: string;
}

export const epochKey = ({ gatewayId, epoch }: GatewayEpoch): string => `${gatewayId}/${epoch}`;

/**
 * The entries of these gateway epochs, locked until the transaction ends, in one order for everybody.
 * Two historians with the same batch meet here: the second waits and then sees the first one's commit.
 */
export async function lockLedger(
  query: Query,
  tenant: TenantContext,
  epochs: readonly GatewayEpoch[],
): Promise<Map<string, LedgerEntry>> {
  const distinct = [...new Map(epochs.map((epoch) => [epochKey(epoch), epoch])).values()];
  const sorted = distinct.toSorted((a, b) => a.gatewayId - b.gatewayId || a.epoch - b.epoch);
  const params = [tenant.tenantId, sorted.map((entry) => entry.gatewayId), sorted.map((entry) => entry.epoch)];
  const select = `select l.gateway_id, l.epoch, l.committed::text, l.set_aside::text
       from series.batch_ledger l join unnest($2::int4[], $3::int8[]) as u(gateway_id, epoch)
         on l.gateway_id = u.gateway_id and l.epoch = u.epoch
      where l.tenant_id = $1 order by l.gateway_id, l.epoch for update of l`;
  let rows = await query<LedgerRow>(select, params);
  if (rows.length < sorted.length) {
    await query(
      `insert into series.batch_ledger (tenant_id, gateway_id, epoch)
       select $1::int4, u.gateway_id, u.epoch from unnest($2::int4[], $3::int8[]) as u(gateway_id, epoch) on conflict do nothing`,
      params,
    );
    rows = await query<LedgerRow>(select, params);
  }
  return new Map(rows.map(entryOf).map((entry) => [epochKey(entry), entry]));
}

export async function watermarkOf(query: Query, tenant: TenantContext, epoch: GatewayEpoch): Promise<number> {
  const entry = await readEntry(query, tenant, epoch);
  return entry === undefined ? 0 : contiguousThrough(uniteSequences(entry.committed, entry.setAside));
}

export const committedOf = async (query: Query, tenant: TenantContext, epoch: GatewayEpoch): Promise<SequenceSet> =>
  (await readEntry(query, tenant, epoch))?.committed ?? [];

async function readEntry(query: Query, tenant: TenantContext, { gatewayId, epoch }: GatewayEpoch): Promise<LedgerEntry | undefined> {
  const [row] = await query<LedgerRow>(
    `select gateway_id, epoch, committed::text, set_aside::text from series.batch_ledger where tenant_id = $1 and gateway_id = $2 and epoch = $3`,
    [tenant.tenantId, gatewayId, epoch],
  );
  return row === undefined ? undefined : entryOf(row);
}

/** What the gateways may forget. */
export function openBatchLedger(
  url: string,
  options?: SeriesDatabaseOptions,
): BatchLedger & { close(): Promise<void> } {
  const database = new SeriesDatabase(url, { maxConnections: 2, ...options });
  return {
    watermark: (tenant, gatewayId, epoch) =>
      database.inTenant(tenant, 'read', (query) => watermarkOf(query, tenant, { gatewayId, epoch })),
    close: () => database.close(),
  };
}

const entryOf = (row: LedgerRow): LedgerEntry => ({
  gatewayId: row.gateway_id,
  epoch: row.epoch,
  committed: parseSequenceSet(row.committed),
  setAside: parseSequenceSet(row.set_aside),
});

import type { ContinuityRow, SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { committedOf, epochKey, lockLedger } from './batch-ledger.js';
import { offsetsOf } from './byte-pieces.js';
import { updateLatest } from './latest-table.js';
import { FUTURE_TOLERANCE_US, newestSamples } from './newest-samples.js';
import { formatSequenceSet, hasSequence, sequenceSetOf } from './sequence-set.js';
import type { AppendOutcome, DamagedPage, ReceivedBatch, SeriesWriter } from './series-contract.js';
import { SeriesDatabase, type Query, type SeriesDatabaseOptions } from './series-database.js';
import { BatchMismatchError } from './time-series.errors.js';

const RING_SLOTS = 4;
const HOUR_US = 3_600_000_000;

/** Partition of sample_block for an append at this time. Replays never reach a partition: the ledger rejects them. */
export const blockSlot = (nowUs: number): number => Math.floor(nowUs / HOUR_US) % RING_SLOTS;

/** Slots of neither the present hour nor its neighbours: appends with a slow or fast clock don't meet them. */
export const idleSlots = (nowUs: number): readonly number[] => [(Math.floor(nowUs / HOUR_US) + 2) % RING_SLOTS];

export interface HistorianWriter extends SeriesWriter {
  /** Settles a quarantined batch without data, so that the watermark can pass it. Returns after commit. */
  setAside(
    tenant: TenantContext,
    identity: { readonly gatewayId: number; readonly epoch: number; readonly seq: number },
  ): Promise<void>;
  /** Whether its samples are stored already. */
  isCommitted(
    tenant: TenantContext,
    identity: { readonly gatewayId: number; readonly epoch: number; readonly seq: number },
  ): Promise<boolean>;
  close(): Promise<void>;
}

export interface SeriesWriterOptions extends SeriesDatabaseOptions {
  /** Microseconds since 1970; wall clock when absent. */
  readonly now?: () => number;
}

export function openSeriesWriter(url: string, options: SeriesWriterOptions = {}): HistorianWriter {
  const database = new SeriesDatabase(url, { applicationName: 'telltale historian', ...options });
  const now = options.now ?? ((): number => Date.now() * 1_000);
  return {
    append: async (batches, onCommit) => {
      const outcome = { appended: 0, duplicates: 0, damagedPages: new Array<DamagedPage>() };
      for (const group of byTenant(batches)) {
        const done = await appendOfTenant(database, group.tenant, group.batches, now());
        onCommit?.(done);
        outcome.appended += done.appended;
        outcome.duplicates += done.duplicates;
        outcome.damagedPages.push(...done.damagedPages);
      }
      return outcome;
    },
    setAside: (tenant, identity) =>
      database.inTenant(tenant, 'write', async (query) => {
        await lockLedger(query, tenant, [identity]);
        await query(
          `update series.batch_ledger set set_aside = set_aside + $4::int8multirange where tenant_id = $1 and gateway_id = $2 and epoch = $3`,
          [tenant.tenantId, identity.gatewayId, identity.epoch, formatSequenceSet(sequenceSetOf([identity.seq]))],
        );
      }),
    isCommitted: (tenant, identity) =>
      database.inTenant(tenant, 'read', async (query) => hasSequence(await committedOf(query, tenant, identity), identity.seq)),
    close: () => database.close(),
  };
}

async function appendOfTenant(
  database: SeriesDatabase,
  tenant: TenantContext,
  batches: readonly ReceivedBatch[],
  nowUs: number,
): Promise<AppendOutcome> {
  return database.inTenant(tenant, 'write', async (query) => {
    const ledger = await lockLedger(
      query,
      tenant,
      batches.map(({ batch }) => batch.identity),
    );
    const fresh = withoutReplays(batches, (batch) => {
      const { identity } = batch.batch;
      return hasSequence(ledger.get(epochKey(identity))?.committed ?? [], identity.seq);
    });
    if (fresh.length === 0) return { appended: 0, duplicates: batches.length, damagedPages: [] };
    // Without waiting for each other's answers; Postgres runs them in this order.
    const [, , , damagedPages] = await Promise.all([
      insertBlocks(query, tenant, fresh, nowUs),
      commitSequences(query, tenant, fresh),
      insertContinuity(query, tenant, fresh, nowUs),
      updateLatest(query, tenant, newestOf(fresh), fresh.reduce((latest, { receivedAtUs }) => Math.max(latest, receivedAtUs), nowUs) + FUTURE_TOLERANCE_US),
      query(`select pg_notify('samples', $1)`, [String(tenant.tenantId)]),
    ]);
    return { appended: fresh.length, duplicates: batches.length - fresh.length, damagedPages };
  });
}

function byTenant(batches: readonly ReceivedBatch[]): Iterable<{ tenant: TenantContext; batches: ReceivedBatch[] }> {
  const groups = new Map<number, { tenant: TenantContext; batches: ReceivedBatch[] }>();
  for (const batch of batches) {
    const group = groups.get(batch.tenant.tenantId) ?? { tenant: batch.tenant, batches: [] };
    groups.set(batch.tenant.tenantId, group);
    group.batches.push(batch);
  }
  return groups.values();
}

function withoutReplays(
  batches: readonly ReceivedBatch[],
  isCommitted: (batch: ReceivedBatch) => boolean,
): ReceivedBatch[] {
  const seen = new Map<string, ReceivedBatch>();
  return batches.filter((batch) => {
    const key = `${epochKey(batch.batch.identity)}/${batch.batch.identity.seq}`;
    const twin = seen.get(key);
    if (twin && Buffer.compare(twin.encoded, batch.encoded) !== 0) {
      throw new BatchMismatchError(`Two different batches claim to be gateway/epoch/seq ${key}`);
    }
    seen.set(key, batch);
    return twin === undefined && !isCommitted(batch);
  });
}

async function insertBlocks(
  query: Query,
  tenant: TenantContext,
  batches: readonly ReceivedBatch[],
  nowUs: number,
): Promise<void> {
  const filled = batches.filter(({ batch }) => batch.samples.tagIds.length > 0);
  if (filled.length === 0) return;
  const bounds = filled.map(({ batch }) => ({
    times: extent(batch.samples.sourceTimesUs),
    tags: extent(batch.samples.tagIds),
  }));
  // One binary parameter for all bytes: an array of bytea would travel as hexadecimal text.
  const pieces = filled.map(({ encoded }) => encoded.byteLength);
  const rows = await query(
    `insert into series.sample_block (tenant_id, slot, appended_at_us, gateway_id, epoch, seq, t_min_us, t_max_us, tag_min, tag_max, n, data)
     select $1::int4, $2::int2, $3::int8, gateway_id, epoch, seq, t_min, t_max, tag_min, tag_max, n, substring($13::bytea from at for bytes)
       from unnest($4::int4[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::int4[], $10::int4[], $11::int4[], $12::int4[], $14::int4[])
         as u(gateway_id, epoch, seq, t_min, t_max, tag_min, tag_max, n, bytes, at)
     on conflict do nothing returning 1`,
    [
      tenant.tenantId,
      blockSlot(nowUs),
      nowUs,
      filled.map(({ batch }) => batch.identity.gatewayId),
      filled.map(({ batch }) => batch.identity.epoch),
      filled.map(({ batch }) => batch.identity.seq),
      bounds.map(({ times }) => times[0]),
      bounds.map(({ times }) => times[1]),
      bounds.map(({ tags }) => tags[0]),
      bounds.map(({ tags }) => tags[1]),
      filled.map(({ batch }) => batch.samples.tagIds.length),
      pieces,
      Buffer.concat(filled.map(({ encoded }) => encoded)),
      offsetsOf(pieces),
    ],
  );
  // The ledger is locked and has none of them: a row that is there already means that ledger and log disagree.
  if (rows.length !== filled.length)
    throw new BatchMismatchError(`${filled.length - rows.length} blocks are in the log but not in the ledger`);
}

async function commitSequences(query: Query, tenant: TenantContext, batches: readonly ReceivedBatch[]): Promise<void> {
  const groups = Map.groupBy(batches, ({ batch }) => epochKey(batch.identity));
  const entries = [...groups.values()].map((group) => ({
    identity: group[0]?.batch.identity,
    set: formatSequenceSet(sequenceSetOf(group.map(({ batch }) => batch.identity.seq))),
  }));
  await query(
    `update series.batch_ledger l set committed = l.committed + u.added::int8multirange
       from unnest($2::int4[], $3::int8[], $4::text[]) as u(gateway_id, epoch, added)
      where l.tenant_id = $1 and l.gateway_id = u.gateway_id and l.epoch = u.epoch`,
    [
      tenant.tenantId,
      entries.map((entry) => entry.identity?.gatewayId),
      entries.map((entry) => entry.identity?.epoch),
      entries.map((entry) => entry.set),
    ],
  );
}

async function insertContinuity(
  query: Query,
  tenant: TenantContext,
  batches: readonly ReceivedBatch[],
  nowUs: number,
): Promise<void> {
  const rows = batches.flatMap(({ batch }) =>
    batch.continuity.flatMap((row: ContinuityRow, index) =>
      row.tagIds.map((tagId) => ({ tagId, row, index, identity: batch.identity })),
    ),
  );
  if (rows.length === 0) return;
  await query(
    `insert into series.continuity (tenant_id, recorded_at_us, tag_id, from_us, to_us, kind, reason, gateway_id, epoch, seq, row)
     select $1::int4, $2::int8, u.* from unnest($3::int4[], $4::int8[], $5::int8[], $6::text[], $7::text[], $8::int4[], $9::int8[], $10::int8[], $11::int4[]) u
     on conflict do nothing`,
    [
      tenant.tenantId,
      nowUs,
      rows.map(({ tagId }) => tagId),
      rows.map(({ row }) => row.fromUs),
      rows.map(({ row }) => row.toUs),
      rows.map(({ row }) => row.kind),
      // Postgres text can't hold NUL.
      rows.map(({ row }) => row.reason.replaceAll('\0', '')),
      rows.map(({ identity }) => identity.gatewayId),
      rows.map(({ identity }) => identity.epoch),
      rows.map(({ identity }) => identity.seq),
      rows.map(({ index }) => index),
    ],
  );
}

const newestOf = (batches: readonly ReceivedBatch[]): SampleColumns =>
  newestSamples(
    batches.map(({ batch, receivedAtUs }) => ({ columns: batch.samples, latestUs: receivedAtUs + FUTURE_TOLERANCE_US })),
  );

function extent(column: Float64Array | Int32Array): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  // By index: an iterator over a typed array takes several times as long.
  for (let i = 0; i < column.length; i++) {
    const value = column[i] ?? NaN;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

import pg from 'pg';
import { openSeriesReader } from '@telltale/time-series';
import type { DurablePostgres } from './durable-postgres.mts';
import type { FedGateway } from './fed-gateway.mts';

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  /** Sentences about what else is wrong: rollups, latest values, continuity, windows. */
  readonly remarks: readonly string[];
}

/** What the superuser sees in one snapshot, per tenant. */
const BALANCE = `select t.tenant_id::int,
    coalesce((select sum(n) from series.sample_block b where b.tenant_id = t.tenant_id), 0)::int as blocks,
    coalesce((select sum(n) from series.sample_chunk c where c.tenant_id = t.tenant_id), 0)::int as chunks,
    coalesce((select sum(case when c.minutes is null then c.n else (select sum(m.n) from series.unpack_rollups(c.minutes) m) end)
                from series.sample_chunk c where c.tenant_id = t.tenant_id), 0)::int as minutes,
    coalesce((select json_agg(json_build_array(l.gateway_id, l.epoch, lower(r)::int8, upper(r)::int8)) from series.batch_ledger l, unnest(l.committed) r where l.tenant_id = t.tenant_id), '[]') as ledger
  from unnest($1::int4[]) t(tenant_id)`;

interface Balance extends pg.QueryResultRow {
  readonly tenant_id: number;
  readonly blocks: number;
  readonly chunks: number;
  readonly minutes: number;
  readonly ledger: readonly (readonly [gatewayId: number, epoch: number, from: number, to: number])[];
}

/** At any moment, also in the middle of the flow: what the ledger says is committed is stored, once. */
export async function weigh(postgres: DurablePostgres, gateways: readonly FedGateway[], sizeOf: (tenantId: number, gatewayId: number, seq: number) => number): Promise<Verdict> {
  const rows = await postgres.query<Balance>(BALANCE, [[...new Set(gateways.map(({ tenantId }) => tenantId))]]);
  const total = { lost: 0, duplicated: 0 };
  const remarks: string[] = [];
  for (const { tenant_id: tenantId, blocks, chunks, minutes, ledger } of rows) {
    let expected = 0;
    for (const [gatewayId, , from, to] of ledger) for (let seq = from; seq < to; seq++) expected += sizeOf(tenantId, gatewayId, seq);
    const stored = blocks + chunks;
    if (stored < expected) total.lost += expected - stored;
    if (stored > expected) total.duplicated += stored - expected;
    if (minutes !== chunks) remarks.push(`Tenant ${tenantId}: minute rollups count ${minutes} samples, chunks ${chunks}.`);
  }
  return { ...total, unexpected: 0, remarks };
}

/** At the end: every sample, rollup, latest value and declared gap against what was sent. */
export async function compare(postgres: DurablePostgres, gateways: readonly FedGateway[]): Promise<Verdict> {
  const total = { lost: 0, unexpected: 0, duplicated: 0 };
  const remarks: string[] = [];
  const reader = openSeriesReader(postgres.urls.telltale_insights);
  try {
    for (const gateway of gateways) {
      const truth = truthOf(gateway);
      for (const tagId of gateway.tagIds) {
        const own = truth.get(tagId) ?? new Map<number, Kept>();
        const [found] = await reader.raw({ tenantId: gateway.tenantId }, [tagId], { fromUs: 0, toUs: 4e15 });
        const times = found?.samples.sourceTimesUs ?? new Float64Array();
        if (new Set(times).size !== times.length) total.duplicated += times.length - new Set(times).size;
        const seen = new Set<number>();
        times.forEach((time, i) => {
          seen.add(time);
          const kept = own.get(time);
          const same = kept !== undefined && Object.is(kept.value, found?.samples.values[i]) && kept.status === found?.samples.statuses[i] && kept.serverTimeUs === found?.samples.serverTimesUs[i];
          if (!same) total.unexpected++;
        });
        for (const time of own.keys()) if (!seen.has(time)) total.lost++;
        remarks.push(...(await rollupRemarks(postgres, gateway.tenantId, tagId, own)), ...(await latestRemarks(postgres, gateway.tenantId, tagId, own)));
      }
      const declared = gateway.sent.reduce((sum, { continuity }) => sum + continuity.length, 0);
      const [row] = await postgres.query<{ n: number }>('select count(*)::int as n from series.continuity where tenant_id = $1 and gateway_id = $2', [gateway.tenantId, gateway.gatewayId]);
      if (row?.n !== declared) remarks.push(`Gateway ${gateway.gatewayId}: ${row?.n} declared gaps are stored, ${declared} were sent.`);
    }
    const overlaps = await postgres.query(
      `select tenant_id, tag_id, window_start_us from (select *, lead(window_start_us) over (partition by tenant_id, tag_id order by window_start_us) as next from series.sample_chunk) c
        where next < window_start_us + span_s * 1000000::int8`,
    );
    if (overlaps.length > 0) remarks.push(`${overlaps.length} chunks overlap their successor.`);
  } finally {
    await reader.close();
  }
  return { ...total, remarks };
}

interface Kept {
  readonly value: number;
  readonly status: number;
  readonly serverTimeUs: number;
}

function truthOf(gateway: FedGateway): Map<number, Map<number, Kept>> {
  const truth = new Map<number, Map<number, Kept>>();
  for (const { samples } of gateway.sent) {
    samples.tagIds.forEach((tagId, i) => {
      const own = truth.get(tagId) ?? new Map<number, Kept>();
      truth.set(tagId, own);
      own.set(samples.sourceTimesUs[i] ?? 0, { value: samples.values[i] ?? NaN, status: samples.statuses[i] ?? 0, serverTimeUs: samples.serverTimesUs[i] ?? 0 });
    });
  }
  return truth;
}

interface RollupSum extends pg.QueryResultRow {
  readonly at: number;
  readonly n: number;
  readonly good: number;
  readonly sum: number;
}

async function rollupRemarks(postgres: DurablePostgres, tenantId: number, tagId: number, truth: ReadonlyMap<number, Kept>): Promise<string[]> {
  const remarks: string[] = [];
  for (const [level, widthUs] of [['minutes', 60e6], ['hours', 3_600e6]] as const) {
    const rows = await postgres.query<RollupSum>(
      // Tag ids are unique over the database; the superuser who asks is no tenant.
      `select r.bucket_us::float8 as at, r.n::int, r.good::int, r.sum from series.tag_${level}($2, 0, 9007199254740991) r where $1::int4 is not null`, [tenantId, tagId]);
    const wanted = new Map<number, { n: number; good: number; sum: number }>();
    for (const [time, { value, status }] of truth) {
      const at = Math.floor(time / widthUs) * widthUs;
      const bucket = wanted.get(at) ?? { n: 0, good: 0, sum: 0 };
      const good = status >>> 30 === 0 && Number.isFinite(value);
      wanted.set(at, { n: bucket.n + 1, good: bucket.good + (good ? 1 : 0), sum: bucket.sum + (good ? value : 0) });
    }
    const wrong = rows.filter(({ at, n, good, sum }) => {
      const bucket = wanted.get(at);
      return bucket === undefined || bucket.n !== n || bucket.good !== good || Math.abs(bucket.sum - sum) > 1e-9 * Math.max(1, Math.abs(sum));
    });
    if (wrong.length > 0) remarks.push(`Tag ${tagId}: ${wrong.length} ${level} are not what was sent.`);
    // An hour is stored when its chunks reach the hour level and hold enough samples; a minute is always there.
    if (level === 'minutes' && rows.length !== wanted.size) remarks.push(`Tag ${tagId}: ${rows.length} minutes are stored, ${wanted.size} were sent.`);
  }
  return remarks;
}

async function latestRemarks(postgres: DurablePostgres, tenantId: number, tagId: number, truth: ReadonlyMap<number, Kept>): Promise<string[]> {
  const newest = [...truth.keys()].reduce((a, b) => Math.max(a, b), 0);
  const [row] = await postgres.query<{ at: number }>('select source_time_us::float8 as at from series.tag_latest where tenant_id = $1 and tag_id = $2', [tenantId, tagId]);
  return (row?.at ?? 0) === newest ? [] : [`Tag ${tagId}: the latest value is of ${row?.at}, the newest sample of ${newest}.`];
}

import type { TenantContext } from '@telltale/tenancy';
import { foldBlocks, type FoldOutcome } from './fold-blocks.js';
import { mergeChunks, type MergeOutcome } from './merge-chunks.js';
import { retireHistory, type RetireOutcome } from './retire-history.js';
import { SeriesDatabase, type Query, type SeriesDatabaseOptions } from './series-database.js';
import { idleSlots } from './series-writer.js';
import { tryLockTenant } from './tenant-lock.js';

export interface FoldOptions {
  readonly nowUs: number;
  /** Blocks appended later than this stay for the next time. */
  readonly untilUs: number;
  /** Samples per transaction; one block is always taken. */
  readonly maxSamples?: number;
}

export interface MergeOptions {
  readonly nowUs: number;
  /** Samples per transaction; one hour or day of a tag is always taken. */
  readonly maxSamples?: number;
}

export interface RetireOptions {
  readonly nowUs: number;
  readonly maxRows?: number;
}

/** Used by the historian alone. One transaction per call; whatever breaks leaves everything as it was. */
export interface Compactor {
  /** Undefined when another compactor works on this tenant. */
  fold(tenant: TenantContext, options: FoldOptions): Promise<FoldOutcome | undefined>;
  merge(tenant: TenantContext, options: MergeOptions): Promise<MergeOutcome | undefined>;
  /** Thins and retires what is older than its class allows, a piece at a time. Undefined when another compactor works on this tenant. */
  retire(tenant: TenantContext, options: RetireOptions): Promise<RetireOutcome | undefined>;
  /** Blocks and samples of a tenant that are not folded yet. */
  backlog(
    tenant: TenantContext,
  ): Promise<{ readonly blocks: number; readonly samples: number; readonly oldestUs: number | null }>;
  /** Creates missing partitions a month ahead and gives back the room of ring partitions and months that are empty. */
  maintain(nowUs: number): Promise<{ readonly created: number; readonly reclaimed: number }>;
  close(): Promise<void>;
}

export function openCompactor(url: string, options: SeriesDatabaseOptions = {}): Compactor {
  const database = new SeriesDatabase(url, {
    maxConnections: 2,
    applicationName: 'telltale compactor',
    statementTimeoutMs: 120_000,
    ...options,
  });
  const exclusively = <T>(tenant: TenantContext, work: (query: Query) => Promise<T>): Promise<T | undefined> =>
    database.inTenant(tenant, 'write', async (query) => {
      return (await tryLockTenant(query, tenant)) ? work(query) : undefined;
    });
  return {
    fold: (tenant, { maxSamples = 400_000, ...rest }) =>
      exclusively(tenant, (query) => foldBlocks(query, tenant, { ...rest, maxSamples })),
    merge: (tenant, { maxSamples = 1_000_000, nowUs }) =>
      exclusively(tenant, (query) => mergeChunks(query, tenant, { nowUs, maxSamples })),
    retire: (tenant, { maxRows = 2_000, nowUs }) =>
      exclusively(tenant, (query) => retireHistory(query, tenant, { nowUs, maxRows })),
    backlog: (tenant) =>
      database.inTenant(tenant, 'read', async (query) => {
        const [row] = await query<{ blocks: number; samples: number; oldest: number | null }>(
          `select count(*) as blocks, coalesce(sum(n), 0)::int8 as samples, min(appended_at_us) as oldest
             from series.sample_block where tenant_id = $1::int4 and not damaged`,
          [tenant.tenantId],
        );
        return { blocks: row?.blocks ?? 0, samples: row?.samples ?? 0, oldestUs: row?.oldest ?? null };
      }),
    maintain: async (nowUs) => {
      // One transaction each: their locks on partitions last until the commit.
      const partitions = await database.withoutTenant((query) =>
        query<{ created: number }>(
          `select series.create_partitions((to_timestamp($1::float8) - interval '1 month')::date, (to_timestamp($1::float8) + interval '2 months')::date) as created`,
          [nowUs / 1e6],
        ),
      );
      let reclaimed = 0;
      for (const slot of idleSlots(nowUs)) {
        const [row] = await database.withoutTenant((query) =>
          query<{ done: boolean }>('select series.reclaim_blocks($1::int2) as done', [slot]),
        );
        if (row?.done === true) reclaimed++;
      }
      const months = await database.withoutTenant((query) =>
        query<{ reclaimed: number }>(
          `select coalesce(sum(series.reclaim_history(m::date)), 0)::int4 as reclaimed
             from generate_series(to_timestamp($1::float8) - interval '36 months', to_timestamp($1::float8) - interval '1 month', interval '1 month') m`,
          [nowUs / 1e6],
        ),
      );
      return { created: partitions[0]?.created ?? 0, reclaimed: reclaimed + (months[0]?.reclaimed ?? 0) };
    },
    close: () => database.close(),
  };
}

import { createHash } from 'node:crypto';
import pg from 'pg';
import { bindTenant, type RunSql, type TenantContext } from '@telltale/tenancy';
import { arrayLiteral } from './array-literal.js';

const INT8_OID = 20;
const parse = pg.types.getTypeParser;
/** int8 holds microseconds and sequence numbers, all below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8_OID ? Number : parse(oid, format)),
};

export type Row = Readonly<Record<string, unknown>>;
export type Query = <R>(sql: string, params?: readonly unknown[]) => Promise<R[]>;

export interface SeriesDatabaseOptions {
  readonly maxConnections?: number;
  readonly statementTimeoutMs?: number;
  readonly applicationName?: string;
  /** Called before every statement of a transaction; when it throws, the transaction fails and its connection is destroyed. */
  readonly observe?: (sql: string) => void;
}

const MODES = {
  write: ['begin', ''],
  read: ['begin read only', ''],
  /**
   * One snapshot over chunks, blocks and rollups: the compactor moves samples between them. The lock comes before the snapshot,
   * because truncating a ring partition, unlike deleting, would show in it.
   */
  snapshot: [
    'begin isolation level repeatable read read only',
    '; lock table series.sample_block in access share mode',
  ],
} as const;

/** Left to itself Postgres plans a statement on partitions each time anew, because it does not see that most are left out as it runs. */
const PLAN_ONCE = 'set local plan_cache_mode = force_generic_plan';

/** Connections to the schema `series`; the only place that begins and ends its transactions. */
export class SeriesDatabase {
  private readonly pool: pg.Pool;
  private readonly observe: (sql: string) => void;
  private readonly statementTimeoutMs: number;
  /** Statements of reads are planned once per connection: planning costs more than most of them. */
  private prepares = true;

  constructor(url: string, options: SeriesDatabaseOptions = {}) {
    this.observe = options.observe ?? ((): void => undefined);
    this.statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
    const settings: pg.PoolConfig & { readonly pipeline: boolean } = {
      connectionString: url,
      max: options.maxConnections ?? 4,
      connectionTimeoutMillis: 10_000,
      application_name: options.applicationName ?? 'telltale time-series',
      types,
      // Statements that don't wait for each other's answer travel together.
      pipeline: true,
    };
    this.pool = new pg.Pool(settings);
    // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
    this.pool.on('error', () => undefined);
    // Nor may one that breaks before whoever waited for it could listen, or between two statements: the next statement rejects.
    this.pool.on('connect', (client) => void client.on('error', () => undefined));
  }

  /** Runs `work` in one transaction that sees and writes this tenant only. The connection is destroyed when anything fails. */
  inTenant<T>(tenant: TenantContext, mode: keyof typeof MODES, work: (query: Query) => Promise<T>): Promise<T> {
    if (mode !== 'write') return this.readingAnyhow(tenant, this.beginOf(mode), work);
    return this.transaction(this.beginOf(mode), work, (query) => bindTenant(query satisfies RunSql, tenant));
  }

  /** Runs `work` without a tenant: row security shows it nothing that belongs to one. */
  withoutTenant<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.transaction(this.beginOf('write'), work);
  }

  close(): Promise<void> {
    return this.pool.ended ? Promise.resolve() : this.pool.end();
  }

  /** A pooler that keeps no prepared statements apart (PgBouncer before 1.21) shows by an error: from then on there are none. */
  private async readingAnyhow<T>(tenant: TenantContext, begin: string, work: (query: Query) => Promise<T>): Promise<T> {
    if (!this.prepares) return this.reading(tenant, begin, work);
    try {
      return await this.reading(tenant, `${begin}; ${PLAN_ONCE}`, work);
    } catch (error) {
      if (!isOfPooler(error)) throw error;
      this.prepares = false;
      return this.reading(tenant, begin, work);
    }
  }

  /** Begin, bind, read and commit in as few round trips as the work allows. */
  private async reading<T>(tenant: TenantContext, begin: string, work: (query: Query) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    const query = this.queryOf(client, this.prepares ? statementName : undefined);
    try {
      const result = await begun(client.query(begin), bindTenant(query satisfies RunSql, tenant), () => work(query));
      this.observe('commit');
      // Nobody waits for the end of a read.
      void this.endReading(client);
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  private async endReading(client: pg.PoolClient): Promise<void> {
    try {
      await client.query('commit');
      client.release();
    } catch {
      client.release(true);
    }
  }

  private queryOf(client: pg.PoolClient, nameOf?: (sql: string) => string): Query {
    return async <R>(sql: string, params: readonly unknown[] = []): Promise<R[]> => {
      this.observe(sql);
      const result = await client.query({ text: sql, name: nameOf?.(sql), values: params.map(arrayLiteral) });
      return result.rows as R[];
    };
  }

  /** The limit is of the transaction: PgBouncer refuses it as a parameter of the connection, and a session is not ours there. */
  private beginOf(mode: keyof typeof MODES): string {
    const [begin, then] = MODES[mode];
    return `${begin}; set local statement_timeout = ${this.statementTimeoutMs}${then}`;
  }

  private async transaction<T>(begin: string, work: (query: Query) => Promise<T>, bind?: (query: Query) => Promise<void>): Promise<T> {
    const client = await this.pool.connect();
    const query = this.queryOf(client);
    try {
      const result = await begun(client.query(begin), bind?.(query), () => work(query));
      this.observe('commit');
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}

const names = new Map<string, string>();

/** The same for the same text, on every connection; there are few texts. */
function statementName(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = `t${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`;
  names.set(sql, name);
  return name;
}

/** Invalid and duplicate statement name; and that the transaction failed before, which of statements sent together may be heard first. */
const POOLER_CODES: ReadonlySet<string> = new Set(['26000', '42P05', '25P02']);

/** A pooler hands each transaction another connection: a statement prepared on one is unknown on the next, or known already. */
const isOfPooler = (error: unknown): boolean => error instanceof pg.DatabaseError && POOLER_CODES.has(error.code ?? '');

/**
 * Work whose first statement travels with those that begin the transaction. Should they fail on a connection that lives on, row
 * security shows and takes nothing, because no tenant is bound.
 */
async function begun<T>(beginning: Promise<unknown>, binding: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
  const bound = Promise.all([beginning, binding]);
  bound.catch(() => undefined);
  const working = work();
  working.catch(() => undefined);
  // A failure to begin explains every failure after it.
  await bound;
  return working;
}

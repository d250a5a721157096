import pg from 'pg';

/** Where another tenant's rows showed. */
export interface Leak {
  readonly relation: string;
  readonly statement: string;
  readonly rows: number;
}

interface Column {
  readonly name: string;
  readonly type: string;
}

/** One row per tenant in every table with a tenant, whatever its columns; run as superuser. Returns the tables. */
export async function plantCanaries(admin: pg.Client, tenantIds: readonly number[]): Promise<string[]> {
  const tables = await admin.query<{ table: string; columns: Column[] }>(`
    select c.oid::regclass::text as table,
      (select json_agg(json_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, case when a.atttypid = 'bit'::regtype then a.atttypmod end)) order by a.attnum)
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('registry', 'series') and c.relkind in ('r', 'p') and not c.relispartition
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
    order by 1`);
  // References would ask for rows in a certain order; what is swept here is what a row shows, not what it means.
  await admin.query('set session_replication_role = replica');
  for (const { table, columns } of tables.rows) {
    for (const tenantId of tenantIds) {
      const values = columns.map(({ name, type }) =>
        name === 'tenant_id' ? String(tenantId) : sampleValue(type, tenantId),
      );
      await admin.query(
        `insert into ${table} (${columns.map(({ name }) => name).join(', ')}) values (${values.join(', ')}) on conflict do nothing`,
      );
    }
  }
  await admin.query('reset session_replication_role');
  return tables.rows.map(({ table }) => table);
}

/** Reads every table, partition and view of the database as whoever `client` is, and returns those that show rows of other tenants. */
export async function sweepForeignRows(
  client: pg.Client,
  tenantId: number,
): Promise<{ readonly leaks: Leak[]; readonly own: string[] }> {
  const relations = await client.query<{ relation: string }>(`
    select c.oid::regclass::text as relation from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('registry', 'series', 'public') and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')`);
  const leaks: Leak[] = [];
  const own: string[] = [];
  for (const { relation } of relations.rows) {
    for (const spoof of SPOOFS) {
      const rows = await countForeign(client, relation, tenantId, spoof);
      if (rows === null) continue;
      if (rows.foreign > 0) leaks.push({ relation, statement: spoof, rows: rows.foreign });
      if (rows.own > 0 && !own.includes(relation)) own.push(relation);
    }
  }
  return { leaks, own: own.sort() };
}

/** What somebody who writes raw SQL may try first. */
const SPOOFS = ['select 1', 'set local row_security = off', 'set local role telltale_owner'];
/** In addition for roles whose tenant is their name: the setting must mean nothing to them. */
const SETTING = (tenantId: number): string => `select set_config('app.tenant_id', '${tenantId}', true)`;

async function countForeign(
  client: pg.Client,
  relation: string,
  tenantId: number,
  spoof: string,
): Promise<{ foreign: number; own: number } | null> {
  await client.query('begin');
  try {
    const { rows: me } = await client.query<{ grafana: boolean }>(`select current_user ~ '^g_[0-9]+$' as grafana`);
    await client.query(SETTING(me[0]?.grafana ? tenantId + 1 : tenantId));
    await client.query(spoof);
    const { rows } = await client.query<{ foreign: number; own: number }>(
      `select (count(*) filter (where tenant_id <> ${tenantId}))::int4 as foreign, (count(*) filter (where tenant_id = ${tenantId}))::int4 as own from ${relation}`,
    );
    return rows[0] ?? null;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return null;
    throw error;
  } finally {
    await client.query('rollback');
  }
}

function sampleValue(type: string, tenantId: number): string {
  if (/^(smallint|integer|bigint|numeric|real|double precision)$/.test(type)) return '1';
  if (type === 'boolean') return 'true';
  if (type.startsWith('timestamp')) return 'now()';
  if (type === 'date') return 'current_date';
  if (type === 'bytea') return `sha256('${tenantId}'::bytea)`;
  if (type === 'json' || type === 'jsonb') return `'{}'`;
  if (type.startsWith('bit(')) return `0::${type}`;
  if (type.endsWith('[]')) return `'{}'::${type}`;
  if (type.endsWith('multirange')) return `'{}'::${type}`;
  if (type.endsWith('range')) return `'empty'::${type}`;
  return `'canary ${tenantId}'`;
}

// The example of a peer: a plain table with primary key, written by binary COPY, read by plain SQL.
import pg from 'pg';
import { copyInto, copyRows, NARROW_COLUMNS } from '../raw-copy.mts';
import type { OpenPeer } from './peer-store.mts';

const open: OpenPeer = async ({ postgresUrl }) => {
  const pool = new pg.Pool({ connectionString: postgresUrl, max: 2 });
  pool.on('error', () => undefined);
  await pool.query(`create table public.plain ${NARROW_COLUMNS}`);
  await pool.query('alter table public.plain add primary key (tenant_id, tag_id, time)');
  const count = async (sql: string, params: readonly unknown[]): Promise<number> => (await pool.query(sql, [...params])).rows.length;
  const where = 'tenant_id = $1 and tag_id = $2 and time >= to_timestamp($3) and time < to_timestamp($4)';
  return {
    name: 'plain table with primary key',
    durable: true,
    // COPY stops at a sample that is there already; it would take INSERT … ON CONFLICT at less than half the speed.
    exactlyOnce: false,
    append: async (tenantId, samples) => {
      const client = await pool.connect();
      try {
        await copyInto(client, 'public.plain', copyRows(tenantId, samples));
      } finally {
        client.release();
      }
    },
    settle: async () => void (await pool.query('vacuum analyze public.plain')),
    raw: (tenantId, tagId, { fromUs, toUs }) => count(`select time, value, status from public.plain where ${where} order by time`, [tenantId, tagId, fromUs / 1e6, toUs / 1e6]),
    buckets: (tenantId, tagId, { fromUs, toUs }, seconds) =>
      count(
        `select date_bin($5::interval, time, 'epoch') as bucket, count(*), min(value), max(value), avg(value) from public.plain where ${where} and status >= 0 group by 1 order by 1`,
        [tenantId, tagId, fromUs / 1e6, toUs / 1e6, `${seconds} seconds`],
      ),
    latest: (tenantId, tagIds) =>
      count(
        'select t.tag_id, n.* from unnest($2::int4[]) t(tag_id) cross join lateral (select time, value from public.plain n where n.tenant_id = $1 and n.tag_id = t.tag_id order by time desc limit 1) n',
        [tenantId, tagIds],
      ),
    bytes: async () => Number((await pool.query<{ n: string }>(`select pg_total_relation_size('public.plain') as n`)).rows[0]?.n),
    close: () => pool.end(),
  };
};

export default open;

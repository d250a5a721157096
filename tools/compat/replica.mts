import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@telltale/embedded-postgres';
import { DurablePostgres } from '../chaos/durable-postgres.mts';
import { eventually } from '../chaos/eventually.mts';
import { checkStore } from './store-check.mts';

const SETTINGS = { wal_level: 'replica', max_wal_senders: 4, hot_standby: 'on', fsync: 'off' };

/** Writes on a primary, reads on a hot standby that follows it. */
export async function checkOnReplica(): Promise<readonly string[]> {
  const primary = await DurablePostgres.open({ settings: SETTINGS });
  const folder = `${primary.folder}-standby`;
  let standby: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
  try {
    const admin = new URL(primary.adminUrl);
    // The primary stands still while it is copied: the simplest base backup there is.
    await primary.stop();
    execFileSync('cp', ['-a', primary.folder, folder]);
    await primary.restart();
    const cluster = join(folder, 'data', 'cluster');
    for (const file of [join(folder, 'data', 'owner.json'), join(cluster, 'postmaster.pid')]) rmSync(file, { force: true });
    writeFileSync(join(cluster, 'standby.signal'), '');
    appendFileSync(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres password=${admin.password}'\n`);
    standby = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), settings: { ...SETTINGS, max_connections: 80, io_method: 'sync', jit: 'off' } });
    const onStandby = new URL(primary.urls.telltale_api);
    onStandby.port = String(standby.port);
    const caughtUp = async (): Promise<void> => {
      const [at] = await primary.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
      await eventually('the standby caught up', async () => {
        const [row] = await primary.query<{ done: boolean }>('select coalesce(bool_and(replay_lsn >= $1::pg_lsn), false) as done from pg_stat_replication', [at?.lsn]);
        return row?.done === true;
      }, 30_000);
    };
    return await checkStore(primary.urls, onStandby.href, caughtUp);
  } finally {
    await standby?.stop();
    await primary.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

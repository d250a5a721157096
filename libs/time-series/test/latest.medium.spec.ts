import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import { columnsFrom, encodeBatch, Status, type Sample } from '@telltale/tag-sample';
import { migrateSeries, openCompactor, openSeriesReader, openSeriesWriter, type AppendOutcome, type LatestSample } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const T0 = 1_790_000_000_000_000;
const values = fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 20.5, 1e300, 5e-324), fc.double(), fc.integer({ min: 0, max: 9_999 }).map((n) => n / 100));
const times = fc.oneof(fc.integer({ min: 0, max: 100 }).map((s) => T0 + s * 1e6), fc.integer({ min: -1e9, max: 1e9 }).map((us) => T0 + us));

describe('latest values', () => {
  let cluster: SeriesCluster;
  let writer: ReturnType<typeof openSeriesWriter>;
  let reader: ReturnType<typeof openSeriesReader>;

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    writer = openSeriesWriter(cluster.url('telltale_historian'));
    reader = openSeriesReader(cluster.url('telltale_api'));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close()]);
    await cluster?.close();
  });

  const append = (tenantId: number, gatewayId: number, seq: number, samples: readonly Sample[]) => {
    const batch = { identity: { gatewayId, epoch: 1, seq }, samples: columnsFrom(samples), continuity: [] };
    return writer.append([{ tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: T0 + 3.6e9 }]);
  };

  it('are the newest of all samples that came, the same for services and in SQL', async () => {
    const sample: fc.Arbitrary<Sample> = fc.record({
      tagId: fc.integer({ min: 1, max: 70 }),
      value: values,
      sourceTimeUs: times,
      serverTimeUs: times,
      status: fc.constantFrom<number>(Status.Good, Status.BadTimeout, 0x40000000, 0xffffffff),
    });
    let tenantId = 100;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(sample, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }), async (batches) => {
        tenantId++;
        for (const [i, samples] of batches.entries()) await append(tenantId, 1 + (i % 2), 1 + (i >> 1), samples);
        const all = batches.flat();
        const tagIds = [...new Set(all.map(({ tagId }) => tagId))].sort((a, b) => a - b);
        const latest = await reader.latest({ tenantId }, tagIds);
        expect(latest.map(({ tagId }) => tagId)).toEqual(tagIds);
        for (const own of latest) {
          const newestUs = all.filter(({ tagId }) => tagId === own.tagId).reduce((max, { sourceTimeUs }) => Math.max(max, sourceTimeUs), -Infinity);
          expect(own.sourceTimeUs).toBe(newestUs);
          expect(all).toContainEqual(own);
        }
        const sql = await cluster.admin<{ row: string; value: number }>(
          'select concat_ws($2, tag_id, source_time_us, server_time_us, status) as row, value from series.tag_latest where tenant_id = $1 order by tag_id',
          [tenantId, ' '],
        );
        expect(sql.map(({ row }) => row)).toEqual(latest.map((own) => `${own.tagId} ${own.sourceTimeUs} ${own.serverTimeUs} ${own.status}`));
        // A negative zero is a zero in SQL.
        expect(sql.map(({ value }) => value + 0)).toEqual(latest.map(({ value }) => value + 0));
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('of one tag need not read the others, for Grafana and of its tenant only', async () => {
    const good = (tagId: number, value: number): Sample => ({ tagId, value, sourceTimeUs: T0, serverTimeUs: T0 + 35_000, status: 0 });
    await append(1, 1, 1, [good(31, 1.5), good(32, 2.5), good(64, 3.5)]);
    await append(2, 1, 1, [good(31, 9)]);
    const client = await cluster.grafana(1);
    expect((await client.query('select tag_id, value from series.latest_of(array[32, 31, 5]) order by 1')).rows).toEqual([
      { tag_id: 31, value: 1.5 },
      { tag_id: 32, value: 2.5 },
    ]);
    expect((await client.query('select tag_id, value, quality from series.latest_sample order by 1')).rows.at(-1)).toEqual({ tag_id: 64, value: 3.5, quality: 'good' });
    await client.end();
  });

  it('that are damaged stop no append and come back, all of the page, with the next sample of one tag', async () => {
    const good = (tagId: number, second: number): Sample => ({ tagId, value: second, sourceTimeUs: T0 + second * 1e6, serverTimeUs: T0, status: 0 });
    await append(3, 1, 1, [good(1, 1), good(2, 1)]);
    await cluster.admin(`update series.latest_page set data = 'torn' where tenant_id = 3`);
    await expect(reader.latest({ tenantId: 3 }, [1])).rejects.toThrow(expect.objectContaining({ code: 'STORED_SAMPLES_DAMAGED' }));
    const page = { tenantId: 3, page: 0, firstTagId: 0, lastTagId: 31 };
    expect((await append(3, 1, 2, [good(1, 2)])).damagedPages).toEqual([{ ...page, refilled: true }]);
    const latest = async (): Promise<unknown> => (await reader.latest({ tenantId: 3 }, [1, 2])).map(({ tagId, value }) => [tagId, value]);
    expect(await latest()).toEqual([[1, 2], [2, 1]]);
    // From history as from the log.
    const compactor = openCompactor(cluster.url('telltale_historian'));
    expect((await compactor.fold({ tenantId: 3 }, { nowUs: T0, untilUs: Number.MAX_SAFE_INTEGER }))?.samples).toBe(3);
    await compactor.close();
    await cluster.admin(`update series.latest_page set data = 'torn' where tenant_id = 3`);
    await append(3, 1, 3, [good(2, 3)]);
    expect(await latest()).toEqual([[1, 2], [2, 3]]);
    // What history can't tell either stops no append.
    await cluster.admin(`update series.latest_page set data = 'torn' where tenant_id = 3`);
    await cluster.admin(`update series.sample_chunk set data = 'torn' where tenant_id = 3`);
    expect((await append(3, 1, 4, [good(1, 4)])).damagedPages).toEqual([{ ...page, refilled: false }]);
    expect(await latest()).toEqual([[1, 4]]);
    // Told once: the page is whole again.
    expect((await append(3, 1, 5, [good(1, 5)])).damagedPages).toEqual([]);
  });

  it('that were damaged are told as soon as their tenant is committed, also when the next tenant fails', async () => {
    const received = (tenantId: number, seq: number, value: number) => {
      const batch = { identity: { gatewayId: 1, epoch: 1, seq }, samples: columnsFrom([{ tagId: 1, value, sourceTimeUs: T0 + seq, serverTimeUs: T0, status: 0 }]), continuity: [] };
      return { tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: T0 };
    };
    await writer.append([received(6, 1, 1)]);
    await cluster.admin(`update series.latest_page set data = 'torn' where tenant_id = 6`);
    const told: AppendOutcome[] = [];
    const appending = writer.append([received(6, 2, 2), received(7, 1, 1), received(7, 1, 2)], (outcome) => told.push(outcome));
    await expect(appending).rejects.toThrow(expect.objectContaining({ code: 'BATCH_MISMATCH' }));
    expect(told).toEqual([{ appended: 1, duplicates: 0, damagedPages: [{ tenantId: 6, page: 0, firstTagId: 0, lastTagId: 31, refilled: true }] }]);
  });

  it('of an append that waits for a new page lock none that are there', async () => {
    const good = (tagId: number): Sample => ({ tagId, value: 1, sourceTimeUs: T0 + tagId, serverTimeUs: T0, status: 0 });
    await append(5, 1, 1, [good(1)]);
    const other = new pg.Client({ connectionString: cluster.adminUrl });
    await other.connect();
    await other.query('begin');
    await other.query(`insert into series.latest_page values (5, 1, 0, '')`);
    const waiting = append(5, 2, 1, [good(2), good(33)]);
    for (let blocked = 0; blocked === 0;)
      blocked = (await cluster.admin(`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%latest_page%'`)).length;
    const free = await cluster.admin('select page from series.latest_page where tenant_id = 5 and page = 0 for no key update skip locked');
    await other.query('rollback');
    await other.end();
    await waiting;
    expect(free).toEqual([{ page: 0 }]);
    expect((await reader.latest({ tenantId: 5 }, [1, 2, 33])).map(({ tagId }) => tagId)).toEqual([1, 2, 33]);
  });

  it('of two gateways that write the same page at once are all there', async () => {
    const of = (gateway: number, seq: number): Sample[] =>
      Array.from({ length: 16 }, (_, i) => ({ tagId: 2 * i + gateway, value: seq, sourceTimeUs: T0 + seq * 1e6, serverTimeUs: T0, status: 0 }));
    for (let seq = 1; seq <= 20; seq++) await Promise.all([append(4, 1, seq, of(1, seq)), append(4, 2, seq, of(2, seq))]);
    const latest = await reader.latest({ tenantId: 4 }, Array.from({ length: 32 }, (_, i) => i + 1));
    expect(latest.map(({ value }) => value)).toEqual(Array.from({ length: 32 }, () => 20));
  });
});

describe('latest values of an older release', () => {
  const folder = join(import.meta.dirname, '../src/migrations');
  const rows: LatestSample[] = Array.from({ length: 100 }, (_, i) => ({
    tagId: 7 * i + 1,
    value: i % 9 === 0 ? NaN : i / 8,
    sourceTimeUs: T0 + i * 1_000,
    serverTimeUs: T0 + i * 1_000 + 35_001,
    status: i % 9 === 0 ? 0x80050000 : 0,
  }));
  let database: TestDatabase;

  /** The schema as it was before latest values were packed. */
  async function olderSchema(ownerUrl: string): Promise<void> {
    const owner = new pg.Client({ connectionString: ownerUrl });
    await owner.connect();
    await owner.query('create table series.migration (name text primary key, applied_at timestamptz not null default now())');
    for (const file of (await readdir(folder)).filter((name) => name < '0007').sort()) {
      await owner.query(await readFile(join(folder, file), 'utf8'));
      await owner.query('insert into series.migration (name) values ($1)', [file.replace('.sql', '')]);
    }
    await owner.end();
  }

  beforeAll(async () => {
    database = await createTestDatabase([{ name: 'series of 0006', migrate: olderSchema }]);
  }, 60_000);
  afterAll(() => database?.drop());

  it('are there after the migration, to the last bit', async () => {
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    for (const tenantId of [1, 2])
      for (const { tagId, value, sourceTimeUs, serverTimeUs, status } of rows.slice(0, tenantId * 50))
        await admin.query('insert into series.tag_latest values ($1, $2, $3, $4, $5, $6)', [tenantId, tagId, value, sourceTimeUs, serverTimeUs, status]);
    expect(await migrateSeries(database.urls.telltale_owner)).toContain('0007-latest-pages');
    expect(await migrateSeries(database.urls.telltale_owner)).toEqual([]);
    const reader = openSeriesReader(database.urls.telltale_api);
    for (const tenantId of [1, 2]) expect(await reader.latest({ tenantId }, rows.map(({ tagId }) => tagId))).toEqual(rows.slice(0, tenantId * 50));
    await reader.close();
    const { rows: flags } = await admin.query(
      `select relname, relrowsecurity and relforcerowsecurity as forced from pg_class where relnamespace = 'series'::regnamespace and relname in ('latest_page', 'tag_latest_row')`,
    );
    expect(flags).toEqual([{ relname: 'latest_page', forced: true }]);
    await admin.end();
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import pg from 'pg';
import { openCompactor, openSeriesWriter } from '../src/index.js';
import { readAsOf } from '../src/read-as-of.js';
import { readLatest } from '../src/read-latest.js';
import { readBuckets, readSummaries } from '../src/read-buckets.js';
import { readContinuity } from '../src/read-continuity.js';
import { readSamples } from '../src/read-samples.js';
import type { Query } from '../src/series-database.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const TENANT = { tenantId: 1 };
const HOUR = 3_600_000_000;
const FROM = Date.UTC(2026, 8, 14) * 1_000;
const RANGE = { fromUs: FROM + HOUR, toUs: FROM + 5 * HOUR };
const TAGS = Array.from({ length: 40 }, (_, i) => i + 1);

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const isHistory = (node: PlanNode): boolean => /^(sample_chunk|rollup_day)_/.test(node['Relation Name'] ?? '');

describe('plans of the reads that ship', () => {
  let cluster: SeriesCluster;
  let client: pg.Client;

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    await cluster.admin(`select series.create_partitions('2026-01-01', '2027-01-01')`);
    const writer = openSeriesWriter(cluster.url('telltale_historian'));
    const compactor = openCompactor(cluster.url('telltale_historian'));
    // Two tenants over four days; what one page holds may be scanned, so that scans are made to look dear.
    for (const tenantId of [1, 2]) {
      for (let day = 0; day < 4; day++) {
        const samples = columnsFrom(
          TAGS.flatMap((tagId) =>
            Array.from({ length: 720 }, (_, i) => ({
              tagId: tagId + (tenantId - 1) * 1_000,
              value: (i % 30) / 10,
              sourceTimeUs: FROM + day * 24 * HOUR + i * 120_000_000,
              serverTimeUs: FROM,
              status: Status.Good,
            })),
          ),
        );
        const batch = { identity: { gatewayId: tenantId, epoch: 1, seq: day + 1 }, samples, continuity: [] };
        await writer.append([{ tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: FROM + 30 * 24 * HOUR }]);
        const nowUs = FROM + (day + 1) * 24 * HOUR;
        while ((await compactor.fold({ tenantId }, { nowUs, untilUs: Number.MAX_SAFE_INTEGER }))!.blocks > 0);
      }
    }
    await Promise.all([writer.close(), compactor.close()]);
    await cluster.admin('analyze');
    client = new pg.Client({ connectionString: cluster.url('telltale_api') });
    await client.connect();
    await client.query(`select set_config('app.tenant_id', '1', false), set_config('enable_seqscan', 'off', false)`);
  }, 120_000);
  afterAll(async () => {
    await client?.end();
    await cluster?.close();
  });

  /** Runs a read as the api does and explains each of its statements with its own parameters. */
  async function plansOf(read: (query: Query) => Promise<unknown>): Promise<{ sql: string; nodes: PlanNode[]; planningMs: number }[]> {
    const statements: [string, unknown[]][] = [];
    await read(async <R,>(sql: string, params: readonly unknown[] = []): Promise<R[]> => {
      statements.push([sql, [...params]]);
      return (await client.query(sql, [...params])).rows as R[];
    });
    const plans = [];
    for (const [sql, params] of statements) {
      const { rows } = await client.query(`explain (format json, summary) ${sql}`, params);
      const [{ Plan, 'Planning Time': planningMs }] = rows[0]['QUERY PLAN'];
      plans.push({ sql, nodes: nodesOf(Plan), planningMs });
    }
    return plans;
  }

  const reads: [string, (query: Query) => Promise<unknown>][] = [
    ['raw samples', (query) => readSamples(query, TENANT, [7], RANGE)],
    ['raw samples of many tags', (query) => readSamples(query, TENANT, TAGS, RANGE)],
    ['buckets of 10 s', (query) => readBuckets(query, TENANT, [7], RANGE, 10)],
    ['buckets of a minute', (query) => readBuckets(query, TENANT, TAGS.slice(0, 5), RANGE, 60)],
    ['buckets of a quarter', (query) => readBuckets(query, TENANT, [7], RANGE, 900)],
    ['buckets of an hour', (query) => readBuckets(query, TENANT, TAGS.slice(0, 5), RANGE, 3_600)],
    ['shifts', (query) => readSummaries(query, TENANT, TAGS.slice(0, 5), [{ fromUs: FROM, toUs: FROM + 8 * HOUR }, { fromUs: FROM + 8 * HOUR, toUs: FROM + 16 * HOUR }])],
    ['as of', (query) => readAsOf(query, TENANT, [7, 8], RANGE.fromUs)],
    ['latest', (query) => readLatest(query, TENANT, TAGS)],
    ['continuity', (query) => readContinuity(query, TENANT, [7], RANGE)],
  ];

  it.each(reads)('%s: names the tenant, prunes partitions and scans none of history', async (_name, read) => {
    const plans = await plansOf(read);
    expect(plans.length).toBeGreaterThan(0);
    for (const { sql, nodes, planningMs } of plans) {
      expect(sql).toMatch(/tenant_id = \$1/);
      const history = nodes.filter(isHistory);
      for (const node of history) expect([sql, node['Node Type']]).toEqual([sql, expect.not.stringMatching(/^Seq Scan$/)]);
      // The month and the default partition.
      expect([sql, new Set(history.map((node) => node['Relation Name'])).size <= 3]).toEqual([sql, true]);
      const indexed = nodes.filter((node) => isHistory(node) && node['Index Cond'] !== undefined);
      for (const node of indexed) expect(node['Index Cond']).toContain('tenant_id');
      expect([sql, planningMs < 50]).toEqual([sql, true]);
    }
  });

  it('as of looks further back only for tags that are silent', async () => {
    const statements: string[] = [];
    const query: Query = async <R,>(sql: string, params: readonly unknown[] = []): Promise<R[]> => {
      statements.push(sql);
      return (await client.query(sql, [...params])).rows as R[];
    };
    expect(await readAsOf(query, TENANT, [7], FROM + 2 * HOUR)).toHaveLength(1);
    expect(statements).toHaveLength(2);
    expect(await readAsOf(query, TENANT, [7], FROM + 40 * 24 * HOUR)).toHaveLength(1);
    expect(statements).toHaveLength(5);
  });
});

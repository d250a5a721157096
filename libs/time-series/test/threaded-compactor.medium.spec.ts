import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch } from '@telltale/tag-sample';
import { openSeriesReader, openSeriesWriter, openThreadedCompactor, type Compactor } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const T0 = 1_790_000_000_000_000;
const TENANTS = [1, 2, 3];

describe('a compactor in threads', () => {
  let cluster: SeriesCluster;
  let compactor: Compactor;
  let writer: ReturnType<typeof openSeriesWriter>;

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    compactor = openThreadedCompactor(cluster.url('telltale_historian'), 2);
    writer = openSeriesWriter(cluster.url('telltale_historian'));
    for (const tenantId of TENANTS) {
      for (let seq = 1; seq <= 3; seq++) {
        const samples = Array.from({ length: 60 }, (_, i) => ({ tagId: 5, value: i, sourceTimeUs: T0 + (seq * 60 + i) * 1e6, serverTimeUs: T0, status: 0 }));
        const batch = { identity: { gatewayId: 1, epoch: 1, seq }, samples: columnsFrom(samples), continuity: [] };
        await writer.append([{ tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: T0 }]);
      }
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all([compactor?.close(), writer?.close()]);
    await cluster?.close();
  });

  const fold = (tenantId: number) => compactor.fold({ tenantId }, { nowUs: T0, untilUs: Number.MAX_SAFE_INTEGER });

  it('fails a transaction that breaks, and goes on with the next', async () => {
    await cluster.admin('alter table series.sample_chunk rename to sample_chunk_away');
    await expect(fold(1)).rejects.toThrow(expect.objectContaining({ name: 'CompactorThreadError', code: '42P01' }));
    await cluster.admin('alter table series.sample_chunk_away rename to sample_chunk');
    expect(await compactor.backlog({ tenantId: 1 })).toMatchObject({ blocks: 3, samples: 180 });
  });

  it('does what a compactor does, for every tenant', async () => {
    const folded = await Promise.all(TENANTS.map(fold));
    expect(folded.map((outcome) => outcome?.samples)).toEqual([180, 180, 180]);
    expect(await compactor.backlog({ tenantId: 2 })).toEqual({ blocks: 0, samples: 0, oldestUs: null });
    const reader = openSeriesReader(cluster.url('telltale_api'));
    for (const tenantId of TENANTS) {
      const [tag] = await reader.raw({ tenantId }, [5], { fromUs: T0, toUs: T0 + 3.6e9 });
      expect(tag?.samples.tagIds.length).toBe(180);
    }
    await reader.close();
    expect((await compactor.merge({ tenantId: 1 }, { nowUs: T0 + 2 * 86_400e6 }))?.windows).toBeGreaterThan(0);
    expect((await compactor.maintain(T0)).created).toBeGreaterThanOrEqual(0);
    expect(await compactor.retire({ tenantId: 1 }, { nowUs: T0 })).toMatchObject({ rawRetired: 0 });
  });

  it('says why it has no database', async () => {
    const url = new URL(cluster.url('telltale_historian'));
    url.pathname = '/not-there';
    const lost = openThreadedCompactor(url.href, 1);
    await expect(lost.maintain(T0)).rejects.toThrow(expect.objectContaining({ code: '3D000' }));
    await lost.close();
    await expect(lost.backlog({ tenantId: 1 })).rejects.toThrow(expect.objectContaining({ code: 'COMPACTOR_CLOSED' }));
  });
});

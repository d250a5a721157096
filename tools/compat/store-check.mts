import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openBatchLedger, openCompactor, openSeriesReader, openSeriesWriter, type ReceivedBatch } from '@telltale/time-series';
import type { RoleUrls } from '@telltale/plant-registry';

const TENANTS = 5;
const TAGS = 10;
const BATCHES = 40;
const START_US = Date.UTC(2026, 8, 14) * 1_000;
/** Different for every tenant, tag and second. */
const valueOf = (tenantId: number, tagId: number, second: number): number => tenantId * 1_000_000 + tagId * 10_000 + second;

/** Writes tenants at the same time, folds, merges and reads them back through these URLs. Returns what is wrong. */
export async function checkStore(urls: RoleUrls, readUrl = urls.telltale_api, wait: () => Promise<void> = () => Promise.resolve()): Promise<readonly string[]> {
  const problems: string[] = [];
  const writer = openSeriesWriter(urls.telltale_historian, { maxConnections: 4 });
  const compactor = openCompactor(urls.telltale_historian);
  const ledger = openBatchLedger(urls.telltale_ingest);
  const reader = openSeriesReader(readUrl, { maxConnections: 4 });
  const tenants = Array.from({ length: TENANTS }, (_, i) => ({ tenantId: i + 1 }));
  const check = async (when: string): Promise<void> => {
    await wait();
    await Promise.all(
      tenants.map(async (tenant) => {
        const tags = await reader.raw(tenant, Array.from({ length: TAGS }, (_, i) => i + 1), { fromUs: 0, toUs: 4e15 });
        let right = 0;
        for (const { tagId, samples } of tags)
          samples.values.forEach((value, i) => {
            if (value === valueOf(tenant.tenantId, tagId, ((samples.sourceTimesUs[i] ?? 0) - START_US) / 1e6)) right++;
          });
        if (right !== TAGS * BATCHES * 5) problems.push(`${when}: tenant ${tenant.tenantId} reads ${right} right samples of ${TAGS * BATCHES * 5}.`);
        const [bucket] = await reader.buckets(tenant, 1, { fromUs: START_US, toUs: START_US + 60e6 }, 60);
        if (bucket?.count !== 60) problems.push(`${when}: tenant ${tenant.tenantId} has ${bucket?.count} samples in the first minute of tag 1, not 60.`);
        const latest = await reader.latest(tenant, [1]);
        if (latest[0]?.value !== valueOf(tenant.tenantId, 1, BATCHES * 5 - 1)) problems.push(`${when}: tenant ${tenant.tenantId} has the latest value ${latest[0]?.value}.`);
      }),
    );
  };
  try {
    await Promise.all(
      tenants.map(async (tenant) => {
        for (let seq = 1; seq <= BATCHES; seq++) {
          const received = batchOf(tenant.tenantId, seq);
          await writer.append([received]);
          // Each once more, as a gateway may.
          if (seq % 4 === 0) await writer.append([received]);
        }
        const through = await ledger.watermark(tenant, 1, 1);
        if (through !== BATCHES) problems.push(`The watermark of tenant ${tenant.tenantId} is ${through}, not ${BATCHES}.`);
      }),
    );
    await check('before folding');
    const nowUs = START_US + BATCHES * 5e6;
    for (const tenant of tenants) while (((await compactor.fold(tenant, { nowUs, untilUs: Number.MAX_SAFE_INTEGER }))?.blocks ?? 0) > 0);
    await check('after folding');
    for (const tenant of tenants) await compactor.merge(tenant, { nowUs: nowUs + 86_400e6 * 2 });
    await check('after merging');
    await compactor.maintain(Date.now() * 1_000);
  } finally {
    await Promise.all([writer.close(), compactor.close(), ledger.close(), reader.close()]);
  }
  return problems;
}

function batchOf(tenantId: number, seq: number): ReceivedBatch {
  const samples = columnsFrom(
    Array.from({ length: 5 }, (_, s) => (seq - 1) * 5 + s).flatMap((second) =>
      Array.from({ length: TAGS }, (_, i) => ({ tagId: i + 1, value: valueOf(tenantId, i + 1, second), sourceTimeUs: START_US + second * 1e6, serverTimeUs: START_US + second * 1e6 + 1_000, status: Status.Good })),
    ),
  );
  const batch = { identity: { gatewayId: 1, epoch: 1, seq }, samples, continuity: [] };
  return { tenant: { tenantId }, batch, encoded: encodeBatch(batch), receivedAtUs: Date.now() * 1_000 };
}

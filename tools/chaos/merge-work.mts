import { setTimeout as pause } from 'node:timers/promises';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openCompactor, openSeriesWriter } from '@telltale/time-series';
import type { RoleUrls } from '@telltale/plant-registry';
import type { FedGateway } from './fed-gateway.mts';

const HOUR = 3_600_000_000;
const PIECE = 300_000_000;

/**
 * An hour that was folded while it was going on, in five-minute chunks: its merge is due as soon as a historian runs. None may run meanwhile.
 * Each call needs a day of its own: into one that is merged already, samples go without a merge.
 */
export async function leaveMergeWork(urls: RoleUrls, gateway: FedGateway, daysBack: number, startUs: number): Promise<void> {
  const writer = openSeriesWriter(urls.telltale_historian, { maxConnections: 1 });
  const compactor = openCompactor(urls.telltale_historian);
  const tenant = { tenantId: gateway.tenantId };
  const hourUs = Math.floor(startUs / HOUR) * HOUR - (30 + daysBack) * 24 * HOUR;
  // Undefined while a backend of the killed historian still holds the lock.
  const fold = async (nowUs: number): Promise<number> => {
    for (;;) {
      const folded = await compactor.fold(tenant, { nowUs, untilUs: Number.MAX_SAFE_INTEGER });
      if (folded !== undefined) return folded.blocks;
      await pause(50);
    }
  };
  try {
    // What waits of the live flow goes into history first, so that the next folds see these pieces only.
    while ((await fold(Date.now() * 1_000)) > 0);
    for (let at = hourUs; at < hourUs + HOUR; at += PIECE) {
      const samples = columnsFrom(
        gateway.tagIds.flatMap((tagId) =>
          Array.from({ length: 5 }, (_, i) => ({ tagId, value: tagId + i / 10, sourceTimeUs: at + i * 60_000_000, serverTimeUs: at + i * 60_000_000, status: Status.Good })),
        ),
      );
      const seq = gateway.sent.length + 1;
      const batch = { identity: { gatewayId: gateway.gatewayId, epoch: gateway.epoch, seq }, samples, continuity: [] };
      const encoded = encodeBatch(batch);
      const job = { version: 1 as const, ...tenant, ...batch.identity, receivedAtUs: at, payload: encoded.toString('base64') };
      gateway.sent.push({ seq, samples, continuity: [], job, sentAtMs: performance.now() });
      await writer.append([{ tenant, batch, encoded, receivedAtUs: at }]);
      await fold(at + PIECE);
    }
  } finally {
    await Promise.all([writer.close(), compactor.close()]);
  }
}

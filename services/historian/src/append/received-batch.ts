import type { BatchJob } from '@telltale/ingest-contract';
import { decodeBatch } from '@telltale/tag-sample';
import type { ReceivedBatch } from '@telltale/time-series';
import { WrongBatchError } from './wrong-batch.error.js';

/** The batch that a job carries. Throws BatchCodecError or WrongBatchError: trying again would not help. */
export function receivedBatch(job: BatchJob): ReceivedBatch {
  const encoded = Buffer.from(job.payload, 'base64');
  const batch = decodeBatch(encoded);
  const { gatewayId, epoch, seq } = batch.identity;
  if (gatewayId !== job.gatewayId || epoch !== job.epoch || seq !== job.seq)
    throw new WrongBatchError(job, batch.identity);
  return { tenant: { tenantId: job.tenantId }, batch, encoded, receivedAtUs: job.receivedAtUs };
}

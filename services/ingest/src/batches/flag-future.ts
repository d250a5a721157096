import { encodeBatch, isGood, type SampleBatch, Status } from '@telltale/tag-sample';
import { INGEST_LIMITS } from '@telltale/ingest-contract';

export interface Flagged {
  readonly bytes: Uint8Array;
  /** Samples whose source time lies too far ahead. */
  readonly future: number;
}

/** Samples from a device whose clock is ahead are kept with their time, but no longer as good. Others pass byte by byte. */
export function flagFuture(batch: SampleBatch, encoded: Uint8Array, nowUs: number): Flagged {
  const { sourceTimesUs, statuses } = batch.samples;
  const latestUs = nowUs + INGEST_LIMITS.futureToleranceUs;
  let future = 0;
  let flagged: Uint32Array | undefined;
  for (const [index, timeUs] of sourceTimesUs.entries()) {
    if (timeUs <= latestUs) continue;
    future++;
    if (!isGood(statuses[index] ?? 0)) continue;
    flagged ??= Uint32Array.from(statuses);
    flagged[index] = Status.Uncertain;
  }
  if (flagged === undefined) return { bytes: encoded, future };
  return { bytes: encodeBatch({ ...batch, samples: { ...batch.samples, statuses: flagged } }), future };
}

import type { BatchJob } from '@telltale/ingest-contract';
import { QueueUnavailableError, type JobQueue } from '@telltale/ingest-queue';
import { columnsFrom, encodeBatch, Status, type ContinuityRow, type Sample, type SampleColumns } from '@telltale/tag-sample';
import type { BatchLedger } from '@telltale/time-series';
import type { SeededRandom } from './seeded-random.mts';

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const RESEND_AFTER_MS = 5_000;
/** Batches under way, as a gateway limits them too. */
const MOST_UNCOMMITTED = 400;

export interface FedBatch {
  readonly seq: number;
  readonly samples: SampleColumns;
  readonly continuity: readonly ContinuityRow[];
  readonly job: BatchJob;
  sentAtMs: number;
}

/** A gateway that keeps each batch until the ledger covers it, and sends it again after a while: the rule that carries the promise. Remembers everything as the truth. */
export class FedGateway {
  readonly epoch = 1;
  readonly sent: FedBatch[] = [];
  private uncommitted: FedBatch[] = [];
  committedThrough = 0;
  resent = 0;

  readonly tenantId: number;
  readonly gatewayId: number;
  readonly tagIds: readonly number[];
  private readonly startUs: number;
  private readonly random: SeededRandom;

  constructor(
    tenantId: number,
    gatewayId: number,
    tagIds: readonly number[],
    startUs: number,
    random: SeededRandom,
  ) {
    this.tenantId = tenantId;
    this.gatewayId = gatewayId;
    this.tagIds = tagIds;
    this.startUs = startUs;
    this.random = random;
  }

  get waiting(): number {
    return this.uncommitted.length;
  }

  /** A new batch into the queue, sometimes twice; nothing when too many wait. */
  async produce(queue: JobQueue<BatchJob>): Promise<void> {
    if (this.uncommitted.length >= MOST_UNCOMMITTED) return;
    const batch = this.batch(this.sent.length + 1);
    this.sent.push(batch);
    this.uncommitted.push(batch);
    await this.send(queue, batch, true);
    if (this.random.next() < 0.1) await this.send(queue, batch, false);
  }

  /** Asks what is committed and sends again what has waited too long. */
  async settle(queue: JobQueue<BatchJob>, ledger: BatchLedger): Promise<void> {
    this.committedThrough = await ledger.watermark({ tenantId: this.tenantId }, this.gatewayId, this.epoch);
    this.uncommitted = this.uncommitted.filter(({ seq }) => seq > this.committedThrough);
    for (const batch of this.uncommitted.filter(({ sentAtMs }) => performance.now() - sentAtMs > RESEND_AFTER_MS).slice(0, 50)) {
      this.resent++;
      await this.send(queue, batch, true);
    }
  }

  private async send(queue: JobQueue<BatchJob>, batch: FedBatch, once: boolean): Promise<void> {
    batch.sentAtMs = performance.now();
    const { tenantId, gatewayId, epoch, seq } = batch.job;
    try {
      await queue.add(batch.job, once ? { dedupKey: `b-${tenantId}-${gatewayId}-${epoch}-${seq}` } : {});
    } catch (error) {
      // The batch is still here and comes again.
      if (!(error instanceof QueueUnavailableError)) throw error;
    }
  }

  /** Two seconds of its tags; every fifth batch brings a past day later than its successor. */
  private batch(seq: number): FedBatch {
    const late = this.random.next() < 0.2;
    const baseUs = this.startUs + seq * 2 * SECOND - (late ? (2 + (seq % 3)) * DAY : 0);
    const samples: Sample[] = [];
    for (let second = 0; second < 2; second++) {
      for (const tagId of this.tagIds) {
        if (this.random.next() < 0.05) continue;
        const bad = this.random.next() < 0.02;
        const sourceTimeUs = baseUs + second * SECOND + (tagId % 2 === 0 ? 0 : this.random.below(900) * 1_000);
        const value = bad ? NaN : this.random.below(100_000) / 100;
        samples.push({ tagId, value, sourceTimeUs, serverTimeUs: sourceTimeUs + 30_000, status: bad ? Status.BadTimeout : Status.Good });
      }
    }
    const continuity: ContinuityRow[] =
      seq % 7 === 0 ? [{ tagIds: [this.tagIds[0] ?? 0], fromUs: baseUs, toUs: baseUs + SECOND, kind: 'gap', reason: `Batch ${seq} says so.` }] : [];
    const columns = columnsFrom(samples);
    const identity = { gatewayId: this.gatewayId, epoch: this.epoch, seq };
    const payload = encodeBatch({ identity, samples: columns, continuity }).toString('base64');
    const job: BatchJob = { version: 1, tenantId: this.tenantId, ...identity, receivedAtUs: Date.now() * 1_000, payload };
    return { seq, samples: columns, continuity, job, sentAtMs: 0 };
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { type BatchAnswer, INGEST_LIMITS } from '@telltale/ingest-contract';
import type { KnownGateway } from '@telltale/plant-registry';
import { Metrics } from '@telltale/service-runtime';
import { BatchCodecError, decodeBatch, type SampleBatch } from '@telltale/tag-sample';
import type { IngestSettings } from '../ingest.settings.js';
import { BATCH_QUEUE, type BatchQueue, SETTINGS } from '../ingest.tokens.js';
import { IngestRefused, orComeAgain, queueFull } from '../refusals/ingest-refused.error.js';
import { CommittedWatermarks } from './committed-watermarks.js';
import { continuityCost } from './continuity-cost.js';
import { flagFuture } from './flag-future.js';
import { OwnedTags } from './owned-tags.js';
import { TenantQuota } from './tenant-quota.js';

const DEPTH_FRESH_FOR_MS = 1_000;

/** Accepts a batch: checked completely, then in the queue. What it answers is committed, nothing earlier. */
@Injectable()
export class BatchIntake {
  private depth = { waiting: 0, askedAtMs: -Infinity };
  private readonly accepted;
  private readonly samples;
  private readonly repeated;
  private readonly future;

  constructor(
    @Inject(BATCH_QUEUE) private readonly queue: BatchQueue,
    @Inject(SETTINGS) private readonly settings: Pick<IngestSettings, 'QUEUE_MAX_BATCHES'>,
    private readonly watermarks: CommittedWatermarks,
    private readonly tags: OwnedTags,
    private readonly quota: TenantQuota,
    metrics: Metrics,
  ) {
    this.accepted = metrics.counter({ name: 'telltale_ingest_batches_total', help: 'Batches put into the queue' });
    this.samples = metrics.counter({ name: 'telltale_ingest_samples_total', help: 'Samples in these batches' });
    this.repeated = metrics.counter({
      name: 'telltale_ingest_repeated_batches_total',
      help: 'Batches that were committed already',
    });
    this.future = metrics.counter({
      name: 'telltale_ingest_future_samples_total',
      help: 'Samples flagged because their source time lies ahead',
    });
  }

  async accept(gateway: KnownGateway, encoded: Buffer, nowUs: number): Promise<BatchAnswer> {
    const { tenant, gatewayId } = gateway;
    const batch = decoded(encoded);
    const { epoch, seq } = batch.identity;
    if (batch.identity.gatewayId !== gatewayId) {
      throw new IngestRefused({
        status: 403,
        code: 'GATEWAY_FOREIGN',
        message: `The batch is of gateway ${batch.identity.gatewayId}, but the key is of gateway ${gatewayId}.`,
        remedy: 'Give every gateway its own key and its own spool.',
      });
    }
    const committed = { epoch, seq: await this.watermarks.recent(tenant, gatewayId, epoch) };
    if (seq <= committed.seq) {
      this.repeated.inc();
      return { committed };
    }
    const continuity = continuityCost(batch.continuity);
    await this.refuseForeignTags(gateway, batch);
    await this.refuseWhenFull();
    const { bytes, future } = flagFuture(batch, encoded, nowUs);
    const paid = this.quota.spend(
      tenant,
      batch.samples.values.length + continuity.tagRows,
      encoded.byteLength + continuity.bytes,
    );
    try {
      await orComeAgain('queue', () =>
        this.queue.add(
          {
            version: 1,
            tenantId: tenant.tenantId,
            gatewayId,
            epoch,
            seq,
            receivedAtUs: nowUs,
            payload: Buffer.from(bytes).toString('base64'),
          },
          { dedupKey: `b-${tenant.tenantId}-${gatewayId}-${epoch}-${seq}` },
        ),
      );
    } catch (error) {
      paid.giveBack();
      throw error;
    }
    this.accepted.inc();
    this.samples.inc(batch.samples.values.length);
    this.future.inc(future);
    return { committed };
  }

  private async refuseForeignTags(gateway: KnownGateway, { samples, continuity }: SampleBatch): Promise<void> {
    const tagIds = new Set(samples.tagIds);
    for (const row of continuity) for (const tagId of row.tagIds) tagIds.add(tagId);
    const foreign = await this.tags.firstForeign(gateway, tagIds);
    if (foreign === undefined) return;
    throw new IngestRefused({
      status: 422,
      code: 'TAG_UNKNOWN',
      message: `Tag ${foreign} does not belong to gateway ${gateway.gatewayId}.`,
      remedy: 'Let the gateway fetch its configuration again; the batch is kept in its quarantine.',
    });
  }

  private async refuseWhenFull(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.depth.askedAtMs > DEPTH_FRESH_FOR_MS) {
      this.depth = { ...this.depth, askedAtMs: nowMs };
      const { waiting } = await orComeAgain('queue', () => this.queue.depth());
      this.depth = { waiting, askedAtMs: nowMs };
    }
    if (this.depth.waiting >= this.settings.QUEUE_MAX_BATCHES) throw queueFull(this.depth.waiting);
  }
}

function decoded(encoded: Buffer): SampleBatch {
  try {
    const batch = decodeBatch(encoded);
    if (batch.samples.values.length <= INGEST_LIMITS.maxBatchSamples) return batch;
  } catch (error) {
    if (!(error instanceof BatchCodecError)) throw error;
    throw new IngestRefused(
      { status: 400, code: error.code, message: error.message, remedy: `${error.remedy}.` },
      { cause: error },
    );
  }
  throw new IngestRefused({
    status: 413,
    code: 'BATCH_TOO_LARGE',
    message: `The batch has more than ${INGEST_LIMITS.maxBatchSamples} samples.`,
    remedy: 'Send smaller batches.',
  });
}

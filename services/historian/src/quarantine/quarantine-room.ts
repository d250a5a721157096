import { Inject, Injectable } from '@nestjs/common';
import { BatchJob } from '@telltale/ingest-contract';
import type { PoisonJob } from '@telltale/ingest-queue';
import { QuarantineRepository } from '@telltale/plant-registry';
import { HistorianPremises } from '../historian-premises.js';

const MAX_REASON = 2_000;

/** Keeps batches that can't be stored, with the reason, and lets the gateway's watermark pass them. */
@Injectable()
export class QuarantineRoom {
  private readonly admitted;
  private readonly batches: QuarantineRepository;

  constructor(@Inject(HistorianPremises) private readonly premises: HistorianPremises) {
    this.batches = new QuarantineRepository(premises.registry);
    this.admitted = premises.metrics.counter({
      name: 'telltale_historian_quarantined_total',
      help: 'Batches put into quarantine',
    });
  }

  /** Both steps may be repeated: a crash between them only makes the batch come again. */
  async admit(job: BatchJob, reason: string, attempts: number): Promise<void> {
    const { tenantId, gatewayId, epoch, seq } = job;
    const payload = Buffer.from(job.payload, 'base64');
    const kept = { gatewayId, epoch, seq, payload, attempts, reason: reason.replaceAll('\0', '').slice(0, MAX_REASON) };
    await this.batches.keep({ tenantId }, kept, new Date());
    await this.premises.writer.setAside({ tenantId }, { gatewayId, epoch, seq });
    this.admitted.inc();
    this.premises.logger.warn(
      { tenantId, gatewayId, epoch, seq, reason },
      'a batch can not be stored and is in quarantine',
    );
  }

  /** A job that the queue gave up: it failed, or ended its consumer, too often. One whose batch is stored was only near when that happened. */
  async admitPoison(poison: PoisonJob): Promise<void> {
    const job = BatchJob.safeParse(poison.data);
    if (job.success) {
      if (await this.premises.writer.isCommitted({ tenantId: job.data.tenantId }, job.data)) return;
      return this.admit(job.data, `POISON: ${poison.reason}`, poison.attempts);
    }
    // No gateway sends such a job and nobody waits for it: it is not a batch at all.
    this.premises.logger.error(
      { job: poison.id, reason: poison.reason },
      'a job that is no batch was removed from the queue',
    );
  }
}

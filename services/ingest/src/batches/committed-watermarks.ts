import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '@telltale/tenancy';
import { BATCH_LEDGER, type BatchLedger } from '../ingest.tokens.js';
import { orComeAgain } from '../refusals/ingest-refused.error.js';

const FRESH_FOR_MS = 250;
const MOST_ENTRIES = 10_000;

interface Entry {
  seq: Promise<number>;
  askedAtMs: number;
}

/** How far each gateway's batches are committed. An older answer is a lower one, so it is always safe to give. */
@Injectable()
export class CommittedWatermarks {
  private readonly entries = new Map<string, Entry>();

  constructor(@Inject(BATCH_LEDGER) private readonly ledger: BatchLedger) {}

  /** At most a quarter of a second old. */
  recent(tenant: TenantContext, gatewayId: number, epoch: number): Promise<number> {
    const known = this.entries.get(`${gatewayId}/${epoch}`);
    if (known !== undefined && performance.now() - known.askedAtMs < FRESH_FOR_MS) return known.seq;
    return this.fresh(tenant, gatewayId, epoch);
  }

  fresh(tenant: TenantContext, gatewayId: number, epoch: number): Promise<number> {
    const key = `${gatewayId}/${epoch}`;
    const seq = orComeAgain('database', () => this.ledger.watermark(tenant, gatewayId, epoch));
    this.entries.delete(key);
    this.entries.set(key, { seq, askedAtMs: performance.now() });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= MOST_ENTRIES) break;
      this.entries.delete(oldest);
    }
    seq.catch(() => this.entries.delete(key));
    return seq;
  }
}

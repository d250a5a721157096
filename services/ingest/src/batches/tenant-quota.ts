import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '@telltale/tenancy';
import type { IngestSettings } from '../ingest.settings.js';
import { SETTINGS } from '../ingest.tokens.js';
import { overQuota } from '../refusals/ingest-refused.error.js';
import { TokenBucket } from './token-bucket.js';

/** What a batch was charged; given back when it is not taken after all. */
export interface Payment {
  giveBack(): void;
}

/** After an outage a gateway sends faster than it measures; this much more at once is welcome. */
const BURST_S = 4;

/** Keeps one tenant from taking the room of the others. Counted per ingest process. */
@Injectable()
export class TenantQuota {
  private readonly buckets = new Map<number, { readonly samples: TokenBucket; readonly bytes: TokenBucket }>();

  constructor(
    @Inject(SETTINGS)
    private readonly settings: Pick<IngestSettings, 'TENANT_SAMPLES_PER_SECOND' | 'TENANT_BYTES_PER_SECOND'>,
  ) {}

  /** Throws 429 with the time to wait, or takes both amounts. */
  spend({ tenantId }: TenantContext, samples: number, bytes: number, nowMs = performance.now()): Payment {
    const { TENANT_SAMPLES_PER_SECOND: samplesPerS, TENANT_BYTES_PER_SECOND: bytesPerS } = this.settings;
    let own = this.buckets.get(tenantId);
    if (own === undefined) {
      own = {
        samples: new TokenBucket(samplesPerS, samplesPerS * BURST_S, nowMs),
        bytes: new TokenBucket(bytesPerS, bytesPerS * BURST_S, nowMs),
      };
      this.buckets.set(tenantId, own);
    }
    const forSamples = own.samples.waitS(samples, nowMs);
    const forBytes = own.bytes.waitS(bytes, nowMs);
    if (forSamples > 0) throw overQuota('samples', samplesPerS, Math.ceil(forSamples));
    if (forBytes > 0) throw overQuota('bytes', bytesPerS, Math.ceil(forBytes));
    const { samples: sampleBucket, bytes: byteBucket } = own;
    sampleBucket.take(samples);
    byteBucket.take(bytes);
    return {
      giveBack: () => {
        sampleBucket.take(-samples);
        byteBucket.take(-bytes);
      },
    };
  }
}

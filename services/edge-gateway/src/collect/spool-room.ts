import { Injectable } from '@nestjs/common';
import { EdgeSpool, type Bookmarks, type SpoolEntry } from '@telltale/edge-spool';
import { GatewayPremises } from '../gateway-premises.js';
import { thinBatch } from './batch-thinner.js';

/** The gateway's one spool; says what it lost. */
@Injectable()
export class SpoolRoom {
  readonly spool: EdgeSpool;
  private incidentsSaid = 0;
  private losing = false;
  private readonly lostSamples;

  constructor(private readonly premises: GatewayPremises) {
    const { settings, metrics } = premises;
    this.spool = new EdgeSpool({
      file: premises.path('spool.sqlite'),
      maxBytes: settings.SPOOL_MAX_MEGABYTES * 1e6,
      maxAgeMs: settings.SPOOL_MAX_AGE_HOURS * 3_600_000,
      whenFull: settings.SPOOL_POLICY,
      thin: thinBatch,
      resendAfterMs: settings.RESEND_AFTER_MS,
      now: () => premises.nowUs(),
    });
    this.lostSamples = metrics.counter({ name: 'telltale_gateway_spool_lost_samples_total', help: 'Samples that the spool gave up and declared', labels: ['cause'] });
    metrics.gauge({ name: 'telltale_gateway_spool_batches', help: 'Batches that the platform has not committed' }, () => this.spool.depth().batches);
    metrics.gauge({ name: 'telltale_gateway_spool_bytes', help: 'Bytes of the batches in the spool' }, () => this.spool.depth().bytes);
    metrics.gauge({ name: 'telltale_gateway_spool_quarantined_records', help: 'Records set aside since start' }, () => this.spool.depth().quarantined);
    this.sayIncidents();
  }

  append(entries: readonly SpoolEntry[], bookmarks: Bookmarks): void {
    const { lost } = this.spool.appendAll(entries, bookmarks);
    for (const stretch of lost) this.lostSamples.inc({ cause: stretch.cause }, stretch.samples);
    if (lost.length > 0 && !this.losing) this.premises.logger.warn({ policy: this.premises.settings.SPOOL_POLICY }, `The spool gives up samples and declares them: ${lost[0]?.reason ?? ''}`);
    this.losing = lost.length > 0;
    this.sayIncidents();
  }

  sayIncidents(): void {
    for (const incident of this.spool.incidents.slice(this.incidentsSaid)) this.premises.logger.warn(incident);
    this.incidentsSaid = this.spool.incidents.length;
  }
}

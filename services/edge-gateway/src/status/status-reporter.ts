import { Injectable } from '@nestjs/common';
import type { GatewayStatus } from '@telltale/ingest-contract';
import { SpoolRoom } from '../collect/spool-room.js';
import { IngestClient } from '../drain/ingest.client.js';
import { EndpointSupervisor } from '../endpoint/endpoint-supervisor.js';
import { KeyKeeper } from '../enrolment/key-keeper.js';
import { GatewayPremises } from '../gateway-premises.js';
import { HistoryBackfill } from '../history/history-backfill.js';
import { Pulse } from '../pulse.js';

const VERSION = '0.1.0';
const SKEW_WORTH_SAYING_US = 5_000_000;

/** Tells the platform every few seconds how the gateway is. */
@Injectable()
export class StatusReporter {
  private readonly pulse: Pulse;
  private skewed = false;

  constructor(
    private readonly premises: GatewayPremises,
    private readonly ingest: IngestClient,
    private readonly room: SpoolRoom,
    private readonly endpoints: EndpointSupervisor,
    private readonly backfill: HistoryBackfill,
    private readonly keys: KeyKeeper,
  ) {
    this.pulse = new Pulse(premises.settings.STATUS_INTERVAL_MS, () => this.report());
    premises.metrics.gauge({ name: 'telltale_gateway_clock_skew_seconds', help: "Platform's clock minus the gateway's" }, () => (ingest.clockSkewUs ?? NaN) / 1e6);
  }

  start(): void {
    this.pulse.start(Math.min(1_000, this.premises.settings.STATUS_INTERVAL_MS));
  }

  async stop(): Promise<void> {
    await this.pulse.stop();
  }

  status(): GatewayStatus {
    const { keyTrouble } = this.keys;
    const { batches, bytes, oldestUs, quarantined } = this.room.spool.depth();
    return {
      gatewayVersion: VERSION,
      startedAtUs: this.premises.startedAtUs,
      clockUs: this.premises.nowUs(),
      clockSkewUs: this.ingest.clockSkewUs,
      ...(keyTrouble !== null && { keyTrouble }),
      spool: { depthBatches: batches, depthBytes: bytes, oldestUs, quarantinedRecords: quarantined },
      backfill: this.backfill.progress(),
      endpoints: this.endpoints.reports(),
    };
  }

  private async report(): Promise<void> {
    this.saySkew();
    try {
      await this.ingest.reportStatus(this.status());
    } catch (error) {
      this.premises.logger.debug({ err: error }, 'The status did not reach the platform.');
    }
  }

  private saySkew(): void {
    const skewUs = this.ingest.clockSkewUs ?? 0;
    const skewed = Math.abs(skewUs) > SKEW_WORTH_SAYING_US;
    if (skewed === this.skewed) return;
    this.skewed = skewed;
    if (skewed) this.premises.logger.warn(`The clock of this gateway is ${(-skewUs / 1e6).toFixed(0)} s ahead of the platform's. Set up time synchronisation (NTP).`);
    else this.premises.logger.info("The clock of this gateway agrees with the platform's again.");
  }
}

import { Injectable } from '@nestjs/common';
import type { GatewayConfiguration } from '@telltale/ingest-contract';
import { IngestClient } from '../drain/ingest.client.js';
import { GatewayPremises } from '../gateway-premises.js';
import { Pulse } from '../pulse.js';
import { ConfigurationStore } from './configuration.store.js';

/** Pulls the configuration (outbound only), keeps the last good one, and hands over each new one. */
@Injectable()
export class ConfigurationSource {
  private readonly store: ConfigurationStore;
  private readonly pulse: Pulse;
  private etag: string | null = null;
  private present: GatewayConfiguration | null = null;
  private listener: (configuration: GatewayConfiguration) => Promise<void> = async () => {};
  private trouble: string | null = null;

  constructor(
    private readonly premises: GatewayPremises,
    private readonly ingest: IngestClient,
  ) {
    this.store = new ConfigurationStore(premises.path('configuration.json'));
    this.pulse = new Pulse(premises.settings.CONFIGURATION_INTERVAL_MS, () => this.pull());
  }

  get configuration(): GatewayConfiguration | null {
    return this.present;
  }

  /** Applies the kept configuration at once, then follows the platform. Never waits for the network. */
  async start(listener: (configuration: GatewayConfiguration) => Promise<void>): Promise<void> {
    this.listener = listener;
    const kept = this.store.read();
    if (kept) await this.apply(kept.configuration, kept.etag);
    this.pulse.start(0);
  }

  async stop(): Promise<void> {
    await this.pulse.stop();
  }

  private async pull(): Promise<void> {
    try {
      const answer = await this.ingest.configuration(this.etag);
      this.say(null);
      if (!answer.changed) return;
      this.store.write({ etag: answer.etag, configuration: answer.configuration });
      await this.apply(answer.configuration, answer.etag);
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  private async apply(configuration: GatewayConfiguration, etag: string | null): Promise<void> {
    this.present = configuration;
    await this.listener(configuration);
    this.etag = etag;
  }

  private say(trouble: string | null): void {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    if (trouble === null) this.premises.logger.info('The configuration comes from the platform again.');
    else this.premises.logger.warn(`The configuration can't be pulled: ${trouble}`);
  }
}

import { Injectable } from '@nestjs/common';
import { GatewayKeyRefusedError, IngestClient, BatchRefusedError } from '../drain/ingest.client.js';
import { GatewayPremises } from '../gateway-premises.js';
import { Pulse } from '../pulse.js';

const KEY_IS_FIXED = 'The platform wants another key for this gateway, but the key is set in GATEWAY_KEY. Replace it there, or use GATEWAY_KEY_FILE so that the gateway can do it.';
const LONGEST_TROUBLE = 1_000;

/** Gets the gateway's first key with its token, and changes the key when the platform says that it is time. Both go on after any interruption. */
@Injectable()
export class KeyKeeper {
  private readonly pulse: Pulse;
  private trouble: string | null = null;
  private saidFixed = false;

  constructor(
    private readonly premises: GatewayPremises,
    private readonly ingest: IngestClient,
  ) {
    this.pulse = new Pulse(premises.settings.CONFIGURATION_INTERVAL_MS, () => this.step());
  }

  /** Why the gateway has no key; null when it has one. */
  get notEnrolledBecause(): string | null {
    if (this.premises.credentials.current !== null) return null;
    return this.trouble ?? 'The gateway is not enrolled yet.';
  }

  /** Why the key was not changed although the platform wants another; null when nothing is wrong. */
  get keyTrouble(): string | null {
    if (this.premises.credentials.file === null && this.ingest.keyRotationIsDue) return KEY_IS_FIXED;
    return this.trouble?.slice(0, LONGEST_TROUBLE) ?? null;
  }

  start(): void {
    this.pulse.start(0);
  }

  async stop(): Promise<void> {
    await this.pulse.stop();
  }

  private async step(): Promise<void> {
    const { credentials } = this.premises;
    try {
      if (credentials.current === null) await this.enrol();
      else if (this.ingest.keyRotationIsDue || credentials.file?.hasNext === true) await this.rotate();
      this.trouble = null;
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  private async enrol(): Promise<void> {
    const { file, token } = this.premises.credentials;
    if (file === null || token === null) return;
    const key = file.next();
    const { gatewayId } = await this.ingest.enrol(token, key);
    this.premises.credentials.promote(key);
    this.premises.logger.info(`This is gateway ${gatewayId} of the platform now; its key is in ${file.path}.`);
  }

  private async rotate(): Promise<void> {
    const { file } = this.premises.credentials;
    if (file === null) {
      if (!this.saidFixed) this.premises.logger.warn(KEY_IS_FIXED);
      this.saidFixed = true;
      return;
    }
    const next = file.next();
    const { earlierAcceptedUntil } = await this.madeKnown(next);
    this.premises.credentials.promote(next);
    this.ingest.keyRotationIsDue = false;
    this.premises.logger.info(`The gateway has changed its key; the one before is accepted until ${earlierAcceptedUntil}.`);
  }

  /** When the present key is not accepted any more, an earlier attempt may have made the next one known. */
  private async madeKnown(next: string): Promise<{ earlierAcceptedUntil: string }> {
    try {
      return await this.ingest.changeKey(next, null);
    } catch (error) {
      if (error instanceof BatchRefusedError && error.code === 'KEY_TAKEN') this.premises.credentials.file?.forgetNext();
      if (!(error instanceof GatewayKeyRefusedError)) throw error;
      return this.ingest.changeKey(next, next);
    }
  }

  private say(trouble: string): void {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.premises.logger.warn(trouble);
  }
}

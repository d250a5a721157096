import { Inject, Injectable } from '@nestjs/common';
import { ChangeListener, InsightRepository, RegistryDatabase } from '@telltale/plant-registry';
import { Metrics } from '@telltale/service-runtime';
import type { TenantContext } from '@telltale/tenancy';
import type { AlarmsSettings } from '../alarms.settings.js';
import { LOGGER, type Logger, SETTINGS } from '../alarms.tokens.js';
import { NotificationDispatcher } from '../notifying/notification-dispatcher.js';
import { RepairVerifier } from '../repairs/repair-verifier.js';
import { AlarmRaiser } from './alarm-raiser.js';

/** Looks for detections when told and every POLL_INTERVAL_MS; one look at a time. */
@Injectable()
export class DetectionWatcher {
  private listener: ChangeListener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private closed = false;
  private failing = false;
  private readonly transitions;

  constructor(
    private readonly registry: RegistryDatabase,
    private readonly insights: InsightRepository,
    private readonly raiser: AlarmRaiser,
    private readonly repairs: RepairVerifier,
    private readonly dispatcher: NotificationDispatcher,
    @Inject(SETTINGS) private readonly settings: Pick<AlarmsSettings, 'DATABASE_URL' | 'POLL_INTERVAL_MS'>,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.transitions = metrics.counter({
      name: 'telltale_alarm_transitions_total',
      help: 'Alarms raised, cleared, verified and re-opened',
      labels: ['transition'],
    });
  }

  async start(): Promise<void> {
    this.listener = await ChangeListener.open(this.settings.DATABASE_URL, ['detections'], () => this.lookSoon());
    this.timer = setInterval(() => this.lookSoon(), this.settings.POLL_INTERVAL_MS);
    this.lookSoon();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.listener?.close();
    await this.looking;
  }

  /** Why it can't work, or `undefined`. */
  get trouble(): string | undefined {
    return this.failing ? 'Detections could not be read.' : undefined;
  }

  private lookSoon(): void {
    if (this.closed) return;
    if (this.looking !== undefined) {
      this.again = true;
      return;
    }
    this.looking = this.look().finally(() => {
      this.looking = undefined;
      if (!this.again) return;
      this.again = false;
      this.lookSoon();
    });
  }

  private async look(): Promise<void> {
    try {
      for (const tenant of await this.registry.listTenants()) await this.lookAt(tenant);
      if (this.failing) this.logger.info('detections are read again');
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, 'detections could not be read; alarms wait');
      this.failing = true;
    }
  }

  private async lookAt(tenant: TenantContext): Promise<void> {
    for (const detection of await this.insights.awaitingAlarm(tenant)) {
      if (this.closed) return;
      const outcome = await this.raiser.settle(tenant, detection, new Date());
      for (const transition of outcome) this.transitions.inc({ transition });
    }
    for (const transition of await this.repairs.judge(tenant, new Date())) this.transitions.inc({ transition });
    await this.raiser.expireFlags(tenant, new Date());
    await this.dispatcher.dispatch(tenant, new Date());
  }
}

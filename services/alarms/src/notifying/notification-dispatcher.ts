import { Inject, Injectable } from '@nestjs/common';
import { NotificationJob } from '@telltale/ingest-contract';
import { type JobConsumer, RetryLater } from '@telltale/ingest-queue';
import { type Delivery, NotificationRepository } from '@telltale/plant-registry';
import { Metrics, reasonOf } from '@telltale/service-runtime';
import type { TenantContext } from '@telltale/tenancy';
import { LOGGER, type Logger, NOTIFICATION_QUEUE, type NotificationQueue } from '../alarms.tokens.js';
import { NotificationOutbox } from './notification-outbox.js';
import { DeliveryFailedError, WebhookSender } from './webhook-sender.js';

const AT_ONCE = 8;
const SWITCHED_OFF = 'The channel was switched off or removed before this was delivered.';
const NOT_SENT = 'The notification could not be sent.';

/** Notifications are rows first: whatever the queue forgets is put into it again as long as its row is pending. */
@Injectable()
export class NotificationDispatcher {
  private consumer: JobConsumer | undefined;
  private readonly outcomes;

  constructor(
    @Inject(NOTIFICATION_QUEUE) private readonly queue: NotificationQueue,
    private readonly outbox: NotificationOutbox,
    private readonly notifications: NotificationRepository,
    private readonly sender: WebhookSender,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.outcomes = metrics.counter({
      name: 'telltale_notifications_total',
      help: 'Attempts to deliver a notification',
      labels: ['outcome'],
    });
  }

  start(): void {
    this.consumer = this.queue.consume(
      async (jobs) => void (await Promise.all(jobs.map(({ data }) => this.deliver(data)))),
      {
        concurrency: AT_ONCE,
        maxJobsPerCall: 1,
        lingerMs: 0,
        onPoison: async ({ data, reason }) => {
          const job = NotificationJob.safeParse(data);
          if (job.success) await this.giveUp(job.data, reason);
        },
      },
    );
  }

  async close(): Promise<void> {
    await this.consumer?.close();
  }

  /** Turns new journal entries into notifications and puts every pending one into the queue that is not there yet. */
  async dispatch(tenant: TenantContext, now: Date): Promise<void> {
    await this.outbox.fill(tenant, now);
    const pending = await this.notifications.pending(tenant);
    await this.queue.addMany(
      pending.map(({ tenantId, notificationId }) => ({
        data: { version: 1 as const, tenantId, notificationId },
        options: { dedupKey: `n-${tenantId}-${notificationId}` },
      })),
    );
  }

  private async deliver({ tenantId, notificationId }: NotificationJob): Promise<void> {
    const tenant = { tenantId };
    const delivery = await this.load(tenant, notificationId);
    if (delivery === null || delivery.notification.state !== 'pending') return;
    if (!delivery.channel.enabled) {
      await this.notifications.failed(tenant, notificationId, SWITCHED_OFF, true);
      return;
    }
    try {
      await this.sender.send(delivery, new Date());
    } catch (error) {
      this.outcomes.inc({ outcome: 'failed' });
      const told = error instanceof DeliveryFailedError ? error : new DeliveryFailedError(NOT_SENT, { cause: error });
      this.logger.warn({ tenantId, notificationId, channel: delivery.channel.name, reason: told.message, detail: told.cause && reasonOf(told.cause) }, 'a notification was not delivered');
      await this.notifications.failed(tenant, notificationId, told.message, false);
      throw told;
    }
    await this.notifications.delivered(tenant, notificationId, new Date());
    this.outcomes.inc({ outcome: 'delivered' });
  }

  private async load(tenant: TenantContext, notificationId: number): Promise<Delivery | null> {
    try {
      return await this.notifications.delivery(tenant, notificationId);
    } catch (cause) {
      throw new RetryLater('The database does not answer.', { cause });
    }
  }

  private async giveUp({ tenantId, notificationId }: NotificationJob, reason: string): Promise<void> {
    const delivery = await this.notifications.delivery({ tenantId }, notificationId);
    if (delivery?.notification.state !== 'pending') return;
    await this.notifications.failed({ tenantId }, notificationId, delivery.notification.lastError ?? NOT_SENT, true);
    this.outcomes.inc({ outcome: 'given-up' });
    this.logger.error(
      { tenantId, notificationId, channel: delivery.channel.name, reason },
      'a notification could not be delivered and is given up',
    );
  }
}

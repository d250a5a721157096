import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Alarm, AlarmTransitionRecord, Notification, NotificationChannel } from '../entities/index.js';
import type { SecretBox } from '../secrets/secret-box.js';
import { channelPlace } from './channel.repository.js';

/** Everything that one delivery needs. */
export interface Delivery {
  readonly notification: Notification;
  readonly channel: NotificationChannel;
  readonly alarm: Alarm;
  readonly transition: AlarmTransitionRecord;
}

/** What is told to channels, and how far it came. */
export class NotificationRepository {
  constructor(
    private readonly registry: RegistryDatabase,
    private readonly secrets: SecretBox,
  ) {}

  /** Not delivered and not given up, oldest first. */
  pending(tenant: TenantContext): Promise<Notification[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Notification, { where: { tenantId, state: 'pending' }, order: { notificationId: 'ASC' } }),
    );
  }

  /** With the channel's secret in the clear: for signing, and nothing else. Throws SecretError. */
  delivery(tenant: TenantContext, notificationId: number): Promise<Delivery | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const notification = await manager.findOneBy(Notification, { tenantId, notificationId });
      if (!notification) return null;
      const { channelId, alarmId, transitionId } = notification;
      const channel = await manager.findOneByOrFail(NotificationChannel, { tenantId, channelId });
      const alarm = await manager.findOneByOrFail(Alarm, { tenantId, alarmId });
      const transition = await manager.findOneByOrFail(AlarmTransitionRecord, { tenantId, transitionId });
      // A copy: the row keeps the sealed secret whatever is done with the delivery.
      const opened = manager.create(NotificationChannel, channel);
      opened.secret = this.secrets.open(channel.secret, channelPlace(channel));
      return { notification, channel: opened, alarm, transition };
    });
  }

  async delivered(tenant: TenantContext, notificationId: number, now: Date): Promise<void> {
    const { tenantId } = tenant;
    await this.registry.inTenant(tenant, async (manager) => {
      await manager.increment(Notification, { tenantId, notificationId }, 'attempts', 1);
      await manager.update(
        Notification,
        { tenantId, notificationId },
        { state: 'delivered', deliveredAt: now, lastError: null },
      );
    });
  }

  /** `final` gives up: no further attempt follows. */
  async failed(tenant: TenantContext, notificationId: number, error: string, final: boolean): Promise<void> {
    const { tenantId } = tenant;
    await this.registry.inTenant(tenant, async (manager) => {
      await manager.increment(Notification, { tenantId, notificationId }, 'attempts', 1);
      await manager.update(
        Notification,
        { tenantId, notificationId },
        { state: final ? 'failed' : 'pending', lastError: error },
      );
    });
  }
}

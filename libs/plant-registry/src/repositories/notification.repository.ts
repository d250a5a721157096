import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Alarm, AlarmTransitionRecord, Notification, NotificationChannel } from '../entities/index.js';

/** Everything that one delivery needs. */
export interface Delivery {
  readonly notification: Notification;
  readonly channel: NotificationChannel;
  readonly alarm: Alarm;
  readonly transition: AlarmTransitionRecord;
}

/** Telling alarms to channels, once each. */
export class NotificationRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** One pending notification per journal entry and enabled channel; entries that have theirs are left alone. Returns the new ones. */
  announce(tenant: TenantContext, transitions: readonly AlarmTransitionRecord[], now: Date): Promise<Notification[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const channels = await manager.findBy(NotificationChannel, { tenantId, enabled: true });
      const wanted = transitions.flatMap(({ alarmId, transitionId }) =>
        channels.map(({ channelId }) =>
          manager.create(Notification, {
            tenantId,
            alarmId,
            transitionId,
            channelId,
            state: 'pending',
            attempts: 0,
            createdAt: now,
          }),
        ),
      );
      if (wanted.length === 0) return [];
      const inserted = await manager
        .createQueryBuilder()
        .insert()
        .into(Notification)
        .values(wanted)
        .orIgnore()
        .returning('notification_id')
        .execute();
      const written: { notification_id: number }[] = inserted.raw;
      const ids = new Set(written.map((row) => row.notification_id));
      const pending = await manager.findBy(Notification, { tenantId, state: 'pending' });
      return pending.filter(({ notificationId }) => ids.has(notificationId));
    });
  }

  /** Not delivered and not given up, oldest first. */
  pending(tenant: TenantContext): Promise<Notification[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(Notification, { where: { tenantId, state: 'pending' }, order: { notificationId: 'ASC' } }),
    );
  }

  delivery(tenant: TenantContext, notificationId: number): Promise<Delivery | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const notification = await manager.findOneBy(Notification, { tenantId, notificationId });
      if (!notification) return null;
      const { channelId, alarmId, transitionId } = notification;
      const channel = await manager.findOneByOrFail(NotificationChannel, { tenantId, channelId });
      const alarm = await manager.findOneByOrFail(Alarm, { tenantId, alarmId });
      const transition = await manager.findOneByOrFail(AlarmTransitionRecord, { tenantId, transitionId });
      return { notification, channel, alarm, transition };
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

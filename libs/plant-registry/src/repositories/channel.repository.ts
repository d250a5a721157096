import { type EntityManager, In, IsNull } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { NotificationChannel } from '../entities/index.js';
import type { SecretBox, SecretPlace } from '../secrets/secret-box.js';
import { type ActingUser, auditUser } from './audit.repository.js';

export type ChannelContent = Pick<NotificationChannel, 'kind' | 'name' | 'url' | 'secret' | 'enabled'>;
/** Its `url` ends after the host: with many receivers the rest is the secret by which they let messages in. */
export type ShownChannel = Omit<NotificationChannel, 'secret' | 'enabledSince' | 'removedAt'>;

/** Of one tenant; those that were removed don't count. */
export const MOST_CHANNELS = 20;

/** How it goes with what a channel is told. */
export interface ChannelDeliveries {
  readonly channelId: number;
  readonly pending: number;
  /** Of the newest notification that was delivered. */
  readonly lastDeliveredAt: Date | null;
  /** Of the newest notification that failed, unless a newer one was delivered. */
  readonly lastError: string | null;
}

/** Where the secret of a channel stands. */
export const channelPlace = ({ tenantId, channelId }: NotificationChannel): SecretPlace => ({
  tenantId,
  table: 'notification_channel',
  column: 'secret',
  rowId: channelId,
});

/** Where alarms are told; the secrets are sealed on their way into the database and never come back from here. */
export class ChannelRepository {
  constructor(
    private readonly registry: RegistryDatabase,
    private readonly secrets: SecretBox,
  ) {}

  /** Found again by its name. The secret is given in the clear and comes back sealed. */
  save(tenant: TenantContext, { name, secret, ...content }: ChannelContent): Promise<NotificationChannel> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const known = await manager.findOneBy(NotificationChannel, { tenantId, name });
      if (known === null) return this.insert(manager, tenant, { name, secret, ...content });
      Object.assign(known, content, { secret: this.secrets.seal(secret, channelPlace(known)) });
      return manager.save(known);
    });
  }

  /** Throws SecretError where the installation has no key for secrets. */
  add(tenant: TenantContext, content: ChannelContent, user: ActingUser): Promise<ShownChannel | 'name-taken' | 'too-many'> {
    const { tenantId } = tenant;
    const { kind, name, url, enabled } = content;
    return this.registry.inTenant(tenant, async (manager) => {
      // Two that are added at once wait for each other: for their names, and to be counted.
      await manager.query(`select pg_advisory_xact_lock(hashtext('telltale channels'), $1)`, [tenantId]);
      if (await manager.existsBy(NotificationChannel, { tenantId, name })) return 'name-taken';
      if ((await manager.countBy(NotificationChannel, { tenantId, removedAt: IsNull() })) >= MOST_CHANNELS) return 'too-many';
      const { channelId } = await this.insert(manager, tenant, content, user.at);
      const detail = { kind, name, url: originOf(url), enabled };
      await auditUser(manager, tenant, user, { action: 'add notification channel', subject: `channel ${channelId}`, detail });
      return { tenantId, channelId, kind, name, url: originOf(url), enabled };
    });
  }

  /** By name. */
  list(tenant: TenantContext): Promise<ShownChannel[]> {
    return this.registry.inTenant(tenant, (manager) => shownChannels(manager, tenant));
  }

  deliveries(tenant: TenantContext, channelIds: readonly number[]): Promise<ChannelDeliveries[]> {
    return this.registry.inTenant(tenant, (manager) => manager.query(DELIVERIES, [tenant.tenantId, channelIds]));
  }

  /** A channel that is switched off is told nothing, also not what waits, and not later what happened meanwhile. Null when there is no such channel. */
  enable(tenant: TenantContext, channelId: number, enabled: boolean, user: ActingUser): Promise<ShownChannel | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const changed = await manager.update(NotificationChannel, { tenantId, channelId, removedAt: IsNull(), enabled: !enabled }, { enabled, ...(enabled && { enabledSince: user.at }) });
      if (changed.affected === 1) {
        const action = enabled ? 'enable notification channel' : 'disable notification channel';
        await auditUser(manager, tenant, user, { action, subject: `channel ${channelId}`, detail: {} });
      }
      const [channel] = await shownChannels(manager, tenant, [channelId]);
      return channel ?? null;
    });
  }

  /** Secret and path of the address are destroyed and its name is free again; what it was told stays. False when there is no such channel. */
  remove(tenant: TenantContext, channelId: number, user: ActingUser): Promise<boolean> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const [channel] = await shownChannels(manager, tenant, [channelId]);
      if (channel === undefined) return false;
      const { name, url } = channel;
      const gone = { enabled: false, secret: '', url, removedAt: user.at, name: `${name} (removed ${user.at.toISOString()}, ${channelId})` };
      const removed = await manager.update(NotificationChannel, { tenantId, channelId, removedAt: IsNull() }, gone);
      if (removed.affected !== 1) return false;
      await auditUser(manager, tenant, user, { action: 'remove notification channel', subject: `channel ${channelId}`, detail: { name, url } });
      return true;
    });
  }

  /** Seals what is in the clear, and what is sealed with an older key under the current one. Returns how many changed. */
  renewSecrets(tenant: TenantContext): Promise<number> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      let renewed = 0;
      for (const channel of await manager.findBy(NotificationChannel, { tenantId, removedAt: IsNull() })) {
        const secret = this.secrets.renew(channel.secret, channelPlace(channel));
        if (secret === null) continue;
        await manager.update(NotificationChannel, { tenantId, channelId: channel.channelId }, { secret });
        renewed++;
      }
      return renewed;
    });
  }

  /** The secret is bound to the row, which has its number first; nobody sees it before the commit. */
  private async insert(manager: EntityManager, { tenantId }: TenantContext, { secret, ...content }: ChannelContent, enabledSince = new Date()): Promise<NotificationChannel> {
    const made = await manager.save(manager.create(NotificationChannel, { ...content, enabledSince, tenantId, secret: '', removedAt: null }));
    return manager.save(Object.assign(made, { secret: this.secrets.seal(secret, channelPlace(made)) }));
  }
}

const DELIVERIES = `
  select c.channel_id as "channelId", p.pending, d.delivered_at as "lastDeliveredAt", e.last_error as "lastError"
  from unnest($2::int4[]) as c(channel_id)
  cross join lateral (
    select count(*)::int4 as pending from registry.notification where tenant_id = $1 and channel_id = c.channel_id and state = 'pending'
  ) p
  left join lateral (
    select notification_id, delivered_at from registry.notification
    where tenant_id = $1 and channel_id = c.channel_id and state = 'delivered' order by notification_id desc limit 1
  ) d on true
  left join lateral (
    select last_error from registry.notification
    where tenant_id = $1 and channel_id = c.channel_id and state <> 'delivered' and last_error is not null and notification_id > coalesce(d.notification_id, 0)
    order by notification_id desc limit 1
  ) e on true`;

/** Empty for what is no address. */
const originOf = (url: string): string => URL.parse(url)?.origin ?? '';

/** All of the tenant, or those with these ids. */
async function shownChannels(manager: EntityManager, { tenantId }: TenantContext, channelIds?: readonly number[]): Promise<ShownChannel[]> {
  const found = await manager.find(NotificationChannel, {
    select: { tenantId: true, channelId: true, kind: true, name: true, url: true, enabled: true },
    where: { tenantId, removedAt: IsNull(), ...(channelIds && { channelId: In([...channelIds]) }) },
    order: { name: 'ASC' },
  });
  return found.map(({ channelId, kind, name, url, enabled }) => ({ tenantId, channelId, kind, name, url: originOf(url), enabled }));
}

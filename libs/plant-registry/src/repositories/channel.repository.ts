import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { NotificationChannel } from '../entities/index.js';
import type { SecretBox, SecretPlace } from '../secrets/secret-box.js';

export type ChannelContent = Pick<NotificationChannel, 'kind' | 'name' | 'url' | 'secret' | 'enabled'>;

/** Where the secret of a channel stands. */
export const channelPlace = ({ tenantId, channelId }: NotificationChannel): SecretPlace => ({
  tenantId,
  table: 'notification_channel',
  column: 'secret',
  rowId: channelId,
});

/** Where alarms are told; the secrets are sealed on their way into the database. */
export class ChannelRepository {
  constructor(
    private readonly registry: RegistryDatabase,
    private readonly secrets: SecretBox,
  ) {}

  /** Found again by its name. The secret is given in the clear and comes back sealed. */
  save(tenant: TenantContext, { name, secret, ...content }: ChannelContent): Promise<NotificationChannel> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const known =
        (await manager.findOneBy(NotificationChannel, { tenantId, name })) ??
        // The secret is bound to the row, which has its number first; nobody sees it before the commit.
        (await manager.save(manager.create(NotificationChannel, { ...content, tenantId, name, secret: '' })));
      Object.assign(known, content, { secret: this.secrets.seal(secret, channelPlace(known)) });
      return manager.save(known);
    });
  }

  /** Seals what is in the clear, and what is sealed with an older key under the current one. Returns how many changed. */
  renewSecrets(tenant: TenantContext): Promise<number> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      let renewed = 0;
      for (const channel of await manager.findBy(NotificationChannel, { tenantId })) {
        const secret = this.secrets.renew(channel.secret, channelPlace(channel));
        if (secret === null) continue;
        await manager.update(NotificationChannel, { tenantId, channelId: channel.channelId }, { secret });
        renewed++;
      }
      return renewed;
    });
  }
}

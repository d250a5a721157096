import { Injectable } from '@nestjs/common';
import { RegistryDatabase } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';

/** What channels are told. */
const TOLD = ['raise', 'clear', 'verify', 'reopen'];
/** What is older is no news any more, also after a long standstill. */
const TOLD_WITHIN_HOURS = 24;

/** The alarm's journal is the outbox: an entry that no channel was told of gets its notifications, once, also after a crash. */
@Injectable()
export class NotificationOutbox {
  constructor(private readonly registry: RegistryDatabase) {}

  async fill({ tenantId }: TenantContext, now: Date): Promise<void> {
    await this.registry.inTenant({ tenantId }, (manager) =>
      manager.query(
        `insert into registry.notification (tenant_id, alarm_id, transition_id, channel_id, state, attempts, created_at)
         select t.tenant_id, t.alarm_id, t.transition_id, c.channel_id, 'pending', 0, $2
         from registry.alarm_transition t
         join registry.notification_channel c on c.tenant_id = t.tenant_id and c.enabled and t.at >= c.enabled_since
         where t.tenant_id = $1 and t.transition = any($3) and t.at > $4
           and not exists (select from registry.notification n where n.tenant_id = t.tenant_id and n.transition_id = t.transition_id)
         order by t.transition_id
         on conflict do nothing`,
        [tenantId, now, TOLD, new Date(now.getTime() - TOLD_WITHIN_HOURS * 3_600_000)],
      ),
    );
  }
}

import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { fromId } from '../graphql/opaque-id.js';
import { ADMINISTRATORS, Allow, CurrentViewer } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { ChannelDesk } from './channel-desk.js';
import { NotificationChannel } from './channel.type.js';

@Resolver(() => NotificationChannel)
export class ChannelResolver {
  constructor(private readonly channels: ChannelDesk) {}

  @Query(() => [NotificationChannel], { description: 'By name.' })
  @Allow(ADMINISTRATORS)
  notificationChannels(@CurrentViewer() { tenant }: Viewer): Promise<NotificationChannel[]> {
    return this.channels.list(tenant);
  }

  @Mutation(() => NotificationChannel, { description: 'Deliveries are signed with the secret, which is shown never again (services/alarms, Webhook).' })
  @Allow(ADMINISTRATORS)
  addWebhook(
    @Args('name') name: string,
    @Args('url', { description: 'A public https address, unless this installation allows more (WEBHOOK_ADDRESSES).' }) url: string,
    @Args('secret', { description: '16 to 200 characters.' }) secret: string,
    @CurrentViewer() { tenant, userId }: Viewer,
  ): Promise<NotificationChannel> {
    return this.channels.add(tenant, { name, url, secret }, { userId, at: new Date() });
  }

  @Mutation(() => NotificationChannel, { description: 'A channel that is switched off is told nothing, also not what waits.' })
  @Allow(ADMINISTRATORS)
  setChannelEnabled(@Args('channelId', { type: () => ID }) id: string, @Args('enabled') enabled: boolean, @CurrentViewer() { tenant, userId }: Viewer): Promise<NotificationChannel> {
    return this.channels.enable(tenant, fromId('channel', id), enabled, { userId, at: new Date() });
  }

  @Mutation(() => Boolean, { description: 'Its secret and the path of its address are destroyed; what it was told stays known.' })
  @Allow(ADMINISTRATORS)
  async removeChannel(@Args('channelId', { type: () => ID }) id: string, @CurrentViewer() { tenant, userId }: Viewer): Promise<boolean> {
    await this.channels.remove(tenant, fromId('channel', id), { userId, at: new Date() });
    return true;
  }
}

import { checkWebhookAddress, ChannelRepository, MOST_CHANNELS, SecretError, TargetRefusedError, type ActingUser, type SecretBox, type ShownChannel } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import type { ApiSettings } from '../api.settings.js';
import { ApiError, badArgument, notFound } from '../graphql/api.error.js';
import type { PlantData } from '../graphql/plant-data.js';
import { toId } from '../graphql/opaque-id.js';
import type { NotificationChannel } from './channel.type.js';

const LONGEST_NAME = 100;
const LONGEST_URL = 2_000;
const SECRET_LENGTH = { least: 16, most: 200 } as const;

export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
}

/** Webhooks that are told about alarms. */
export class ChannelDesk {
  private readonly channels: ChannelRepository;

  constructor(
    data: PlantData,
    secrets: SecretBox,
    private readonly allowed: ApiSettings['WEBHOOK_ADDRESSES'],
  ) {
    this.channels = new ChannelRepository(data.registry, secrets);
  }

  async list(tenant: TenantContext): Promise<NotificationChannel[]> {
    return this.shown(tenant, await this.channels.list(tenant));
  }

  /** Throws ApiError for what the delivery would refuse, as far as that can be said without looking names up. */
  async add(tenant: TenantContext, given: NewWebhook, user: ActingUser): Promise<NotificationChannel> {
    const content = { kind: 'webhook' as const, enabled: true, secret: given.secret, name: given.name.trim(), url: this.addressOf(given.url) };
    if (content.name === '' || content.name.length > LONGEST_NAME) throw badArgument(`A channel needs a name of 1 to ${LONGEST_NAME} characters.`);
    if (given.secret.length < SECRET_LENGTH.least || given.secret.length > SECRET_LENGTH.most)
      throw badArgument(`The secret needs ${SECRET_LENGTH.least} to ${SECRET_LENGTH.most} characters: the receiver recognises messages by it.`);
    const added = await this.channels.add(tenant, content, user).catch((error: unknown) => {
      if (!(error instanceof SecretError)) throw error;
      throw new ApiError(error.code, 'This installation has no key to keep secrets with: set SECRET_KEYS for the api and the alarms service.');
    });
    if (added === 'name-taken') throw new ApiError('CHANNEL_NAME_TAKEN', 'There is a channel of this name already: take another name.');
    if (added === 'too-many') throw new ApiError('TOO_MANY_CHANNELS', `A company has ${MOST_CHANNELS} channels at most: remove one that is not needed any more.`);
    return this.one(tenant, added);
  }

  async enable(tenant: TenantContext, channelId: number, enabled: boolean, user: ActingUser): Promise<NotificationChannel> {
    const changed = await this.channels.enable(tenant, channelId, enabled, user);
    if (changed === null) throw notFound('channel');
    return this.one(tenant, changed);
  }

  async remove(tenant: TenantContext, channelId: number, user: ActingUser): Promise<void> {
    if (!(await this.channels.remove(tenant, channelId, user))) throw notFound('channel');
  }

  private addressOf(given: string): string {
    if (given.length > LONGEST_URL) throw badArgument(`The address of a webhook has ${LONGEST_URL} characters at most.`);
    try {
      return checkWebhookAddress(given.trim(), this.allowed).href;
    } catch (error) {
      if (error instanceof TargetRefusedError) throw new ApiError(error.code, error.message);
      throw error;
    }
  }

  private async one(tenant: TenantContext, channel: ShownChannel): Promise<NotificationChannel> {
    const [shown] = await this.shown(tenant, [channel]);
    if (shown === undefined) throw notFound('channel');
    return shown;
  }

  private async shown(tenant: TenantContext, channels: readonly ShownChannel[]): Promise<NotificationChannel[]> {
    const deliveries = await this.channels.deliveries(tenant, channels.map(({ channelId }) => channelId));
    return channels.map(({ channelId, name, url, enabled }) => {
      const { pending = 0, lastDeliveredAt = null, lastError = null } = deliveries.find((one) => one.channelId === channelId) ?? {};
      return { id: toId('channel', channelId), name, url, enabled, pending, lastDeliveredAt, lastError };
    });
  }
}

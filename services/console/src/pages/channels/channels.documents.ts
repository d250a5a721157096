import { graphql } from '../../generated/gql';

export const ChannelsDocument = graphql(`
  query Channels {
    notificationChannels {
      id
      name
      url
      enabled
      pending
      lastDeliveredAt
      lastError
    }
  }
`);

export const AddWebhookDocument = graphql(`
  mutation AddWebhook($name: String!, $url: String!, $secret: String!) {
    addWebhook(name: $name, url: $url, secret: $secret) {
      id
    }
  }
`);

export const SetChannelEnabledDocument = graphql(`
  mutation SetChannelEnabled($channelId: ID!, $enabled: Boolean!) {
    setChannelEnabled(channelId: $channelId, enabled: $enabled) {
      id
      enabled
    }
  }
`);

export const RemoveChannelDocument = graphql(`
  mutation RemoveChannel($channelId: ID!) {
    removeChannel(channelId: $channelId)
  }
`);

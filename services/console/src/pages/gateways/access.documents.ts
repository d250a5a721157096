import { graphql } from '../../generated/gql';

export const GatewayAccessPartsFragment = graphql(`
  fragment GatewayAccessParts on GatewayAccess {
    gatewayId
    gatewayName
    rotationAskedAt
    lastRotationAt
    keyTrouble
    keys {
      id
      createdAt
      expiresAt
      revokedAt
      accepted
    }
    invitations {
      id
      createdAt
      createdBy
      expiresAt
      expired
    }
  }
`);

export const GatewayAccessDocument = graphql(`
  query GatewayAccess($siteId: ID!) {
    gatewayAccess(siteId: $siteId) {
      ...GatewayAccessParts
    }
  }
`);

export const InvitationPartsFragment = graphql(`
  fragment InvitationParts on NewGatewayInvitation {
    gatewayId
    gatewayName
    token
    command
    ingestUrl
    invitation {
      id
      expiresAt
    }
  }
`);

export const AddGatewayDocument = graphql(`
  mutation AddGateway($siteId: ID!, $name: String!, $validHours: Int!) {
    invited: addGateway(siteId: $siteId, name: $name, validHours: $validHours) {
      ...InvitationParts
    }
  }
`);

export const InviteGatewayDocument = graphql(`
  mutation InviteGateway($gatewayId: ID!, $validHours: Int!) {
    invited: inviteGateway(gatewayId: $gatewayId, validHours: $validHours) {
      ...InvitationParts
    }
  }
`);

export const RevokeInvitationDocument = graphql(`
  mutation RevokeInvitation($invitationId: ID!) {
    revokeGatewayInvitation(invitationId: $invitationId) {
      ...GatewayAccessParts
    }
  }
`);

export const RevokeKeyDocument = graphql(`
  mutation RevokeKey($keyId: ID!) {
    revokeGatewayKey(keyId: $keyId) {
      ...GatewayAccessParts
    }
  }
`);

export const RotateKeyDocument = graphql(`
  mutation RotateKey($gatewayId: ID!) {
    rotateGatewayKey(gatewayId: $gatewayId) {
      ...GatewayAccessParts
    }
  }
`);

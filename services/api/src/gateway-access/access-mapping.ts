import type { GatewayAccess as AccessRecord, ShownInvitation, ShownKey } from '@telltale/plant-registry';
import { toId } from '../graphql/opaque-id.js';
import type { Loaders } from '../graphql/loaders.js';
import type { GatewayAccess, GatewayInvitation, GatewayKey } from './gateway-access.type.js';

const keyOf = ({ gatewayKeyId, createdAt, expiresAt, revokedAt }: ShownKey, now: Date): GatewayKey => ({
  id: toId('gateway key', gatewayKeyId),
  createdAt,
  expiresAt,
  revokedAt,
  accepted: revokedAt === null && (expiresAt === null || expiresAt > now),
});

export async function invitationOf(
  { gatewayEnrolmentId, createdAt, createdBy, expiresAt }: ShownInvitation,
  loaders: Loaders | null,
  now: Date,
): Promise<GatewayInvitation> {
  const name = createdBy === null ? null : await loaders?.personName.load(createdBy);
  return { id: toId('invitation', gatewayEnrolmentId), createdAt, createdBy: name ?? null, expiresAt, expired: expiresAt <= now };
}

export async function accessOf({ gateway, keys, invitations }: AccessRecord, loaders: Loaders | null, now: Date): Promise<GatewayAccess> {
  const { gatewayId, name, keyRotationAskedAt: askedAt, status } = gateway;
  const [newest] = keys;
  const isAsked = askedAt !== null && (newest === undefined || newest.createdAt < askedAt);
  return {
    gatewayId: toId('gateway', gatewayId),
    gatewayName: name,
    keys: keys.map((key) => keyOf(key, now)),
    invitations: await Promise.all(invitations.map((invitation) => invitationOf(invitation, loaders, now))),
    rotationAskedAt: isAsked ? askedAt : null,
    lastRotationAt: keys.length > 1 && newest ? newest.createdAt : null,
    keyTrouble: status?.keyTrouble ?? null,
  };
}

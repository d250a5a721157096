import { type EntityManager, IsNull, Not } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import { credentialHash, type RegistryDatabase } from '../database/registry-database.js';
import { Credential, Gateway, GatewayEnrolment, GatewayKey } from '../entities/index.js';
import { appendAudit } from './audit.repository.js';
import { isAccepted, type KnownGateway } from './gateway.repository.js';

const DAY_MS = 86_400_000;
/** How long a key is accepted. */
export const GATEWAY_KEY_LIFE_MS = 365 * DAY_MS;
/** How long the key before is still accepted after a new one was made. */
export const GATEWAY_KEY_OVERLAP_MS = DAY_MS;
/** A gateway is asked to change its key this long before it ends. */
const ROTATE_BEFORE_MS = 30 * DAY_MS;

export type Enrolled =
  | { readonly outcome: 'enrolled'; readonly gatewayId: number; readonly expiresAt: Date | null }
  | { readonly outcome: 'token-unknown' | 'token-expired' | 'token-used' | 'key-taken' };

export interface RotatedKey {
  readonly expiresAt: Date | null;
  /** Until then the keys before it are accepted. */
  readonly earlierAcceptedUntil: Date;
}

/** How gateways get their key and change it. */
export class GatewayEnrolmentRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /**
   * The gateway made the key itself and kept it before it asks: an answer that gets lost is asked for again with the same token
   * and key. The token never gives a second key. Keys that the gateway had before end after the overlap.
   */
  async redeem(token: string, key: string, now: Date): Promise<Enrolled> {
    const found = await this.registry.lookupCredential(credentialHash('gateway-enrolment', token), 'gateway-enrolment');
    if (!found) return { outcome: 'token-unknown' };
    const { tenant, subjectId: gatewayEnrolmentId } = found;
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager): Promise<Enrolled> => {
      const enrolment = await manager.findOne(GatewayEnrolment, { where: { tenantId, gatewayEnrolmentId }, lock: { mode: 'pessimistic_write' } });
      if (!enrolment || enrolment.revokedAt !== null) return { outcome: 'token-unknown' };
      const { gatewayId } = enrolment;
      const known = await ownKey(manager, tenant, key);
      if (enrolment.usedAt !== null) {
        const isSame = known !== null && known !== 'foreign' && known.gatewayKeyId === enrolment.gatewayKeyId;
        return isSame && known.revokedAt === null ? { outcome: 'enrolled', gatewayId, expiresAt: known.expiresAt } : { outcome: 'token-used' };
      }
      if (enrolment.expiresAt <= now) return { outcome: 'token-expired' };
      if (known !== null) return { outcome: 'key-taken' };
      const made = await addKey(manager, { tenant, gatewayId }, key, now);
      await manager.update(GatewayEnrolment, { tenantId, gatewayEnrolmentId }, { usedAt: now, gatewayKeyId: made.gatewayKeyId });
      await auditKey(manager, { tenant, gatewayId }, 'enrol gateway', made.gatewayKeyId, now);
      return { outcome: 'enrolled', gatewayId, expiresAt: made.expiresAt };
    });
  }

  /** The gateway's next key; asked again with the same key it answers the same. `key-taken`: it belongs to somebody else. */
  rotate(gateway: KnownGateway, key: string, now: Date): Promise<RotatedKey | 'key-refused' | 'key-taken'> {
    const { tenant, gatewayId, gatewayKeyId: shownKeyId } = gateway;
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      // Who let the gateway in may remember its key for a while: it may have been revoked since, or be revoked at this moment.
      const shown = await manager.findOne(GatewayKey, { where: { tenantId, gatewayId, gatewayKeyId: shownKeyId }, lock: { mode: 'pessimistic_write' } });
      if (shown === null || !isAccepted(shown, now)) return 'key-refused';
      const known = await ownKey(manager, tenant, key);
      if (known === 'foreign' || (known !== null && (known.gatewayId !== gatewayId || known.revokedAt !== null))) return 'key-taken';
      const { createdAt, expiresAt, gatewayKeyId } = known ?? (await addKey(manager, gateway, key, now));
      if (known === null) await auditKey(manager, gateway, 'rotate gateway key', gatewayKeyId, now);
      return { expiresAt, earlierAcceptedUntil: new Date(createdAt.getTime() + GATEWAY_KEY_OVERLAP_MS) };
    });
  }

  /** Whether this key ends soon, or somebody asked for another one. */
  rotationIsDue({ tenant, gatewayId, gatewayKeyId }: KnownGateway, now: Date): Promise<boolean> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const key = await manager.findOneBy(GatewayKey, { tenantId, gatewayKeyId });
      const gateway = await manager.findOne(Gateway, { select: { gatewayId: true, keyRotationAskedAt: true }, where: { tenantId, gatewayId } });
      if (!key || !gateway) return false;
      const asked = gateway.keyRotationAskedAt !== null && gateway.keyRotationAskedAt > key.createdAt;
      return asked || (key.expiresAt !== null && key.expiresAt.getTime() - now.getTime() < ROTATE_BEFORE_MS);
    });
  }
}

/** The key's record when this tenant has it, null when nobody has. */
async function ownKey(manager: EntityManager, { tenantId }: TenantContext, key: string): Promise<GatewayKey | 'foreign' | null> {
  const keyHash = credentialHash('gateway-key', key);
  await manager.query(`select set_config('app.lookup_key', $1, true)`, [keyHash.toString('hex')]);
  const known = await manager.findOneBy(Credential, { keyHash });
  if (!known) return null;
  return (known.tenantId === tenantId && (await manager.findOneBy(GatewayKey, { tenantId, gatewayKeyId: known.subjectId }))) || 'foreign';
}

/** Adds the key; those before it end after the overlap, unless they end earlier. */
async function addKey(manager: EntityManager, { tenant: { tenantId }, gatewayId }: Pick<KnownGateway, 'tenant' | 'gatewayId'>, key: string, now: Date): Promise<GatewayKey> {
  const keyHash = credentialHash('gateway-key', key);
  const expiresAt = new Date(now.getTime() + GATEWAY_KEY_LIFE_MS);
  const made = await manager.save(manager.create(GatewayKey, { tenantId, gatewayId, keyHash, createdAt: now, revokedAt: null, expiresAt }));
  await manager.insert(Credential, { keyHash, kind: 'gateway-key', tenantId, subjectId: made.gatewayKeyId });
  const ends = new Date(now.getTime() + GATEWAY_KEY_OVERLAP_MS);
  const earlier = await manager.findBy(GatewayKey, { tenantId, gatewayId, revokedAt: IsNull(), gatewayKeyId: Not(made.gatewayKeyId) });
  for (const { gatewayKeyId, expiresAt: end } of earlier) if (end === null || end > ends) await manager.update(GatewayKey, { tenantId, gatewayKeyId }, { expiresAt: ends });
  return made;
}

async function auditKey(manager: EntityManager, { tenant, gatewayId }: Pick<KnownGateway, 'tenant' | 'gatewayId'>, action: string, gatewayKeyId: number, now: Date): Promise<void> {
  await appendAudit(manager, tenant, { actorKind: 'gateway', actorId: gatewayId, action, subject: `gateway ${gatewayId}`, detail: { gatewayKeyId } }, now);
}

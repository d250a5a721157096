import { randomBytes } from 'node:crypto';
import { type EntityManager, In, IsNull } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import { credentialHash, type RegistryDatabase } from '../database/registry-database.js';
import { Credential, Gateway, GatewayEnrolment, GatewayKey, Site } from '../entities/index.js';
import { type ActingUser, auditUser } from './audit.repository.js';
import { forgetToken, revokeKey } from './gateway-keys.repository.js';

export type ShownKey = Omit<GatewayKey, 'keyHash'>;
export type ShownInvitation = Omit<GatewayEnrolment, 'tokenHash'>;

/** With what a gateway may come in. */
export interface GatewayAccess {
  readonly gateway: Gateway;
  /** Newest first; the hashes stay inside. */
  readonly keys: readonly ShownKey[];
  /** Neither used nor revoked, newest first; those that are too old stay until they are revoked. */
  readonly invitations: readonly ShownInvitation[];
}

export interface Invited {
  readonly gateway: Gateway;
  readonly invitation: ShownInvitation;
  /** Shown this once; only its hash is kept. */
  readonly token: string;
}

/** What administrators decide about gateways, each step with its audit entry in the same transaction. For the role telltale_api. */
export class GatewayAccessRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** By the name of the gateway. */
  ofSite(tenant: TenantContext, siteId: number): Promise<GatewayAccess[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const gateways = await manager.find(Gateway, { where: { tenantId, siteId }, order: { name: 'ASC' } });
      return accessOf(manager, tenant, gateways);
    });
  }

  /** Adds a gateway to the site and makes its token, which gives it a key once, within `validForMs`. */
  addGateway(
    tenant: TenantContext,
    { siteId, name }: Pick<Gateway, 'siteId' | 'name'>,
    validForMs: number,
    user: ActingUser,
  ): Promise<Invited | 'site-unknown' | 'name-taken'> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      // The lock lets two with the same name wait for each other.
      const site = await manager.findOne(Site, { where: { tenantId, siteId }, lock: { mode: 'pessimistic_write' } });
      if (site === null) return 'site-unknown';
      if (await manager.existsBy(Gateway, { tenantId, siteId, name })) return 'name-taken';
      const gateway = await manager.save(
        manager.create(Gateway, { tenantId, siteId, name, status: null, statusAt: null, queueOldestAt: null, keyRotationAskedAt: null }),
      );
      await auditUser(manager, tenant, user, { action: 'add gateway', subject: `gateway ${gateway.gatewayId}`, detail: { name, siteId } });
      return invite(manager, tenant, gateway, validForMs, user);
    });
  }

  /** Another token for a gateway that is there, e.g. for its new machine; null when there is no such gateway. */
  invite(tenant: TenantContext, gatewayId: number, validForMs: number, user: ActingUser): Promise<Invited | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const gateway = await manager.findOneBy(Gateway, { tenantId, gatewayId });
      return gateway && invite(manager, tenant, gateway, validForMs, user);
    });
  }

  /** From now on the token gives no key. Null when there is no such invitation; one that was used can't be taken back. */
  revokeInvitation(tenant: TenantContext, gatewayEnrolmentId: number, user: ActingUser): Promise<GatewayAccess | 'used' | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const found = await manager.findOneBy(GatewayEnrolment, { tenantId, gatewayEnrolmentId });
      if (found === null) return null;
      const pending = { tenantId, gatewayEnrolmentId, usedAt: IsNull(), revokedAt: IsNull() };
      const { affected } = await manager.update(GatewayEnrolment, pending, { revokedAt: user.at });
      if (affected === 1) {
        await forgetToken(manager, found.tokenHash);
        const detail = { gatewayId: found.gatewayId };
        await auditUser(manager, tenant, user, { action: 'revoke gateway invitation', subject: `gateway invitation ${gatewayEnrolmentId}`, detail });
      } else if (await manager.existsBy(GatewayEnrolment, { tenantId, gatewayEnrolmentId, revokedAt: IsNull() })) return 'used';
      return accessTo(manager, tenant, found.gatewayId);
    });
  }

  /** The key is refused from now on, by ingest within 20 s. Null when there is no such key. */
  revokeKey(tenant: TenantContext, gatewayKeyId: number, user: ActingUser): Promise<GatewayAccess | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const found = await manager.findOneBy(GatewayKey, { tenantId, gatewayKeyId });
      if (found === null) return null;
      if (await revokeKey(manager, tenant, gatewayKeyId, user.at)) {
        const detail = { gatewayId: found.gatewayId };
        await auditUser(manager, tenant, user, { action: 'revoke gateway key', subject: `gateway key ${gatewayKeyId}`, detail });
      }
      return accessTo(manager, tenant, found.gatewayId);
    });
  }

  /** Every key that the gateway has now is to be replaced by the gateway itself. Null when there is no such gateway. */
  askForRotation(tenant: TenantContext, gatewayId: number, user: ActingUser): Promise<GatewayAccess | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const { affected } = await manager.update(Gateway, { tenantId, gatewayId }, { keyRotationAskedAt: user.at });
      if (affected !== 1) return null;
      await auditUser(manager, tenant, user, { action: 'ask for key rotation', subject: `gateway ${gatewayId}`, detail: {} });
      return accessTo(manager, tenant, gatewayId);
    });
  }
}

async function invite(manager: EntityManager, tenant: TenantContext, gateway: Gateway, validForMs: number, user: ActingUser): Promise<Invited> {
  const { tenantId } = tenant;
  const { gatewayId } = gateway;
  const token = `tte_${randomBytes(32).toString('base64url')}`;
  const tokenHash = credentialHash('gateway-enrolment', token);
  const expiresAt = new Date(user.at.getTime() + validForMs);
  const content = { tenantId, gatewayId, createdAt: user.at, createdBy: user.userId, expiresAt, usedAt: null, revokedAt: null, gatewayKeyId: null };
  const { gatewayEnrolmentId } = await manager.save(manager.create(GatewayEnrolment, { ...content, tokenHash }));
  await manager.insert(Credential, { keyHash: tokenHash, kind: 'gateway-enrolment', tenantId, subjectId: gatewayEnrolmentId });
  const detail = { gatewayEnrolmentId, expiresAt: expiresAt.toISOString() };
  await auditUser(manager, tenant, user, { action: 'invite gateway', subject: `gateway ${gatewayId}`, detail });
  return { gateway, invitation: { ...content, gatewayEnrolmentId }, token };
}

async function accessTo(manager: EntityManager, tenant: TenantContext, gatewayId: number): Promise<GatewayAccess | null> {
  const gateways = await manager.findBy(Gateway, { tenantId: tenant.tenantId, gatewayId });
  const [access] = await accessOf(manager, tenant, gateways);
  return access ?? null;
}

async function accessOf(manager: EntityManager, { tenantId }: TenantContext, gateways: readonly Gateway[]): Promise<GatewayAccess[]> {
  const gatewayId = In(gateways.map((gateway) => gateway.gatewayId));
  const keys = await manager.find(GatewayKey, {
    select: { tenantId: true, gatewayKeyId: true, gatewayId: true, createdAt: true, revokedAt: true, expiresAt: true },
    where: { tenantId, gatewayId },
    order: { gatewayKeyId: 'DESC' },
  });
  const invitations = await manager.find(GatewayEnrolment, {
    select: { tenantId: true, gatewayEnrolmentId: true, gatewayId: true, createdAt: true, createdBy: true, expiresAt: true, usedAt: true, revokedAt: true, gatewayKeyId: true },
    where: { tenantId, gatewayId, usedAt: IsNull(), revokedAt: IsNull() },
    order: { gatewayEnrolmentId: 'DESC' },
  });
  const keysOf = Map.groupBy(keys, (key) => key.gatewayId);
  const invitationsOf = Map.groupBy(invitations, (invitation) => invitation.gatewayId);
  return gateways.map((gateway) => ({
    gateway,
    keys: keysOf.get(gateway.gatewayId) ?? [],
    invitations: invitationsOf.get(gateway.gatewayId) ?? [],
  }));
}

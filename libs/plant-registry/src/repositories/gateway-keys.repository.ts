import { randomBytes } from 'node:crypto';
import { type EntityManager, IsNull } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import { credentialHash, type RegistryDatabase } from '../database/registry-database.js';
import { Credential, GatewayEnrolment, GatewayKey } from '../entities/index.js';

export interface IssuedKey {
  readonly gatewayKeyId: number;
  /** Shown this once; only its hash is kept. */
  readonly key: string;
}

/** Keys with which gateways authenticate. */
export class GatewayKeysRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  async issue(tenant: TenantContext, gatewayId: number, now: Date): Promise<IssuedKey> {
    const key = `ttg_${randomBytes(32).toString('base64url')}`;
    const gatewayKeyId = await this.accept(tenant, gatewayId, key, now);
    return { gatewayKeyId, key };
  }

  /** Registers a key that was made elsewhere, e.g. kept in a secret store; it must be as hard to guess as an issued one. */
  accept(tenant: TenantContext, gatewayId: number, key: string, now: Date): Promise<number> {
    const { tenantId } = tenant;
    const keyHash = credentialHash('gateway-key', key);
    return this.registry.inTenant(tenant, async (manager) => {
      await manager.query(`select set_config('app.lookup_key', $1, true)`, [keyHash.toString('hex')]);
      const known = await manager.findOneBy(Credential, { keyHash, kind: 'gateway-key', tenantId });
      if (known) return known.subjectId;
      const { gatewayKeyId } = await manager.save(
        manager.create(GatewayKey, { tenantId, gatewayId, keyHash, createdAt: now, revokedAt: null, expiresAt: null }),
      );
      await manager.insert(Credential, { keyHash, kind: 'gateway-key', tenantId, subjectId: gatewayKeyId });
      return gatewayKeyId;
    });
  }

  /** From now on the key is refused. True when it was valid until now. */
  revoke(tenant: TenantContext, gatewayKeyId: number, now: Date): Promise<boolean> {
    return this.registry.inTenant(tenant, (manager) => revokeKey(manager, tenant, gatewayKeyId, now));
  }

  /** From now on no key of the tenant is accepted and no invitation gives one; how many were valid until now. As telltale_owner. */
  revokeAll(tenant: TenantContext, now: Date): Promise<{ readonly keys: number; readonly invitations: number }> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      // Invitations first: one that gives its key at this moment is waited for, and then the key is there.
      const pending = await manager.find(GatewayEnrolment, { where: { tenantId, usedAt: IsNull(), revokedAt: IsNull() }, lock: { mode: 'pessimistic_write' } });
      for (const { gatewayEnrolmentId, tokenHash } of pending) {
        await manager.update(GatewayEnrolment, { tenantId, gatewayEnrolmentId }, { revokedAt: now });
        await forgetToken(manager, tokenHash);
      }
      const { affected } = await manager.update(GatewayKey, { tenantId, revokedAt: IsNull() }, { revokedAt: now });
      return { keys: affected ?? 0, invitations: pending.length };
    });
  }

  /** Newest first; the hashes stay inside. */
  ofGateway(tenant: TenantContext, gatewayId: number): Promise<Omit<GatewayKey, 'keyHash'>[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(GatewayKey, {
        select: { tenantId: true, gatewayKeyId: true, gatewayId: true, createdAt: true, revokedAt: true, expiresAt: true },
        where: { tenantId, gatewayId },
        order: { gatewayKeyId: 'DESC' },
      }),
    );
  }
}

/** True when it was not revoked before. */
export async function revokeKey(manager: EntityManager, { tenantId }: TenantContext, gatewayKeyId: number, now: Date): Promise<boolean> {
  const done = await manager.update(GatewayKey, { tenantId, gatewayKeyId, revokedAt: IsNull() }, { revokedAt: now });
  return done.affected === 1;
}

/** The token of an invitation leads to no tenant any more. */
export async function forgetToken(manager: EntityManager, tokenHash: Buffer): Promise<void> {
  await manager.query(`select set_config('app.lookup_key', $1, true)`, [tokenHash.toString('hex')]);
  await manager.delete(Credential, { keyHash: tokenHash });
}

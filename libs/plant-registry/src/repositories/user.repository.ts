import { randomBytes } from 'node:crypto';
import { IsNull } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import { credentialHash, type RegistryDatabase } from '../database/registry-database.js';
import { Credential, UserAccount, UserSession, type JsonDocument, type UserRole } from '../entities/index.js';
import { hashPassword, verifyPassword } from '../identity/password-hash.js';
import { appendAudit } from './audit.repository.js';
import {
  SIGN_IN_LIMITS,
  UnknownAddressGate,
  type FoundSession,
  type SignInOutcome,
  type SignInRequest,
} from '../identity/sign-in.js';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: UserRole;
  readonly password: string;
}

const addressOf = (email: string): string => email.trim().toLowerCase();
/** Costs the same as the hash of a real account. */
let nobodysHash: Promise<string> | null = null;

/** People and their sessions. */
export class UserRepository {
  private readonly unknown = new UnknownAddressGate();

  constructor(private readonly registry: RegistryDatabase) {}

  /** Makes the account, or sets name, role and password of the one with this address. An address belongs to one tenant. */
  async save(tenant: TenantContext, { email, name, role, password }: NewUser): Promise<UserAccount> {
    const { tenantId } = tenant;
    const address = addressOf(email);
    const passwordHash = await hashPassword(password);
    const keyHash = credentialHash('email', address);
    return this.registry.inTenant(tenant, async (manager) => {
      const known = await manager.findOneBy(UserAccount, { tenantId, email: address });
      const account =
        known ??
        manager.create(UserAccount, {
          tenantId,
          email: address,
          failedSignIns: 0,
          lockedUntil: null,
          disabledAt: null,
        });
      const saved = await manager.save(Object.assign(account, { name, role, passwordHash }));
      if (!known) await manager.insert(Credential, { keyHash, kind: 'email', tenantId, subjectId: saved.userId });
      return saved;
    });
  }

  /** Makes the account, or gives the one with this address the password and leaves its name and role. */
  async introduce(tenant: TenantContext, user: NewUser): Promise<UserAccount> {
    const where = { tenantId: tenant.tenantId, email: addressOf(user.email) };
    const known = await this.registry.inTenant(tenant, (manager) => manager.findOneBy(UserAccount, where));
    return this.save(tenant, known === null ? user : { ...user, name: known.name, role: known.role });
  }

  /** Takes as long for an unknown address as for a wrong password, and locks both after 10 failures. */
  async signIn(request: SignInRequest): Promise<SignInOutcome> {
    const address = addressOf(request.email);
    const found = await this.registry.lookupCredential(credentialHash('email', address), 'email');
    const account =
      found &&
      (await this.registry.inTenant(found.tenant, (manager) =>
        manager.findOneBy(UserAccount, { tenantId: found.tenant.tenantId, userId: found.subjectId }),
      ));
    nobodysHash ??= hashPassword(randomBytes(16).toString('hex'));
    const right = await verifyPassword(request.password, account?.passwordHash ?? (await nobodysHash));
    if (!found || !account) return { kind: this.unknown.refuse(address, request.now.getTime()) ? 'locked' : 'refused' };
    if (account.lockedUntil !== null && account.lockedUntil > request.now) return { kind: 'locked' };
    if (!right || account.disabledAt !== null) {
      await this.countFailure(found.tenant, account.userId, request.now);
      return { kind: 'refused' };
    }
    return this.startSession(found.tenant, account, request);
  }

  /** The session with this token; `null` when it has ended, or the account was disabled. */
  async findSession(token: string, now: Date): Promise<FoundSession | null> {
    const found = await this.registry.lookupCredential(credentialHash('session', token), 'session');
    if (!found) return null;
    const { tenant, subjectId: sessionId } = found;
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const session = await manager.findOneBy(UserSession, { tenantId, sessionId, revokedAt: IsNull() });
      if (!session || session.expiresAt <= now) return null;
      const user = await manager.findOneBy(UserAccount, { tenantId, userId: session.userId, disabledAt: IsNull() });
      return user && { tenant, sessionId, expiresAt: session.expiresAt, user };
    });
  }

  /** True when the session was running. */
  endSession(tenant: TenantContext, sessionId: number, now: Date): Promise<boolean> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const ended = await manager.update(UserSession, { tenantId, sessionId, revokedAt: IsNull() }, { revokedAt: now });
      return ended.affected === 1;
    });
  }

  /** No sign-in and no running session from now on. */
  async disable(tenant: TenantContext, userId: number, now: Date): Promise<void> {
    const { tenantId } = tenant;
    await this.registry.inTenant(tenant, async (manager) => {
      await manager.update(UserAccount, { tenantId, userId }, { disabledAt: now });
      await manager.update(UserSession, { tenantId, userId, revokedAt: IsNull() }, { revokedAt: now });
    });
  }

  /** By name. */
  list(tenant: TenantContext): Promise<UserAccount[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(UserAccount, { where: { tenantId }, order: { name: 'ASC' } }),
    );
  }

  private startSession(
    tenant: TenantContext,
    user: UserAccount,
    { now, sessionHours, from }: SignInRequest,
  ): Promise<SignInOutcome> {
    const { tenantId } = tenant;
    const { userId } = user;
    const token = randomBytes(32).toString('base64url');
    const tokenHash = credentialHash('session', token);
    const expiresAt = new Date(now.getTime() + sessionHours * 3_600_000);
    return this.registry.inTenant(tenant, async (manager) => {
      await manager.update(UserAccount, { tenantId, userId }, { failedSignIns: 0, lockedUntil: null });
      const session = manager.create(UserSession, {
        tenantId,
        userId,
        tokenHash,
        createdAt: now,
        expiresAt,
        revokedAt: null,
      });
      const { sessionId } = await manager.save(session);
      await manager.insert(Credential, { keyHash: tokenHash, kind: 'session', tenantId, subjectId: sessionId });
      const detail: JsonDocument = from === undefined ? {} : { from };
      await appendAudit(
        manager,
        tenant,
        { actorKind: 'user', actorId: userId, action: 'sign-in', subject: `user ${userId}`, detail },
        now,
      );
      return { kind: 'signed-in', tenant, user, sessionId, token, expiresAt };
    });
  }

  /** In one statement, so that parallel guesses count each. */
  private async countFailure(tenant: TenantContext, userId: number, now: Date): Promise<void> {
    const lockedUntil = new Date(now.getTime() + SIGN_IN_LIMITS.lockMinutes * 60_000);
    await this.registry.inTenant(tenant, (manager) =>
      manager.query(
        `update registry.user_account set
           failed_sign_ins = case when failed_sign_ins + 1 >= $3 then 0 else failed_sign_ins + 1 end,
           locked_until = case when failed_sign_ins + 1 >= $3 then $4::timestamptz else locked_until end
         where tenant_id = $1 and user_id = $2`,
        [tenant.tenantId, userId, SIGN_IN_LIMITS.failures, lockedUntil],
      ),
    );
  }
}

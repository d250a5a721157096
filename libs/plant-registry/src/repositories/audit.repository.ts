import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { AuditEntry, type JsonDocument, type JsonValue } from '../entities/index.js';

export type AuditFact = Pick<AuditEntry, 'actorKind' | 'actorId' | 'action' | 'subject' | 'detail'>;

/** Who does something, and when. */
export interface ActingUser {
  readonly userId: number;
  readonly at: Date;
}

const FIRST_HASH = Buffer.alloc(32);
const PAGE = 1000;

/** The journal of who did what: append-only, each entry sealed by the one after it. */
export class AuditRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  append(tenant: TenantContext, fact: AuditFact, now: Date = new Date()): Promise<AuditEntry> {
    return this.registry.inTenant(tenant, (manager) => appendAudit(manager, tenant, fact, now));
  }

  /** Id of the first entry that was changed, removed before or put in; `null` when the chain is whole. */
  verify(tenant: TenantContext): Promise<number | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      let previousHash: Buffer = FIRST_HASH;
      let expectedId = 1;
      for (;;) {
        const page = await manager.find(AuditEntry, {
          where: { tenantId },
          order: { auditId: 'ASC' },
          skip: expectedId - 1,
          take: PAGE,
        });
        for (const entry of page) {
          const whole =
            entry.auditId === expectedId && entry.previousHash.equals(previousHash) && hashOf(entry).equals(entry.hash);
          if (!whole) return expectedId;
          previousHash = entry.hash;
          expectedId += 1;
        }
        if (page.length < PAGE) return null;
      }
    });
  }
}

/** Within a transaction that also holds what the entry tells of. One writer per tenant at a time. */
export async function appendAudit(
  manager: EntityManager,
  tenant: TenantContext,
  fact: AuditFact,
  now: Date,
): Promise<AuditEntry> {
  const { tenantId } = tenant;
  await manager.query(`select pg_advisory_xact_lock(hashtext('telltale audit'), $1)`, [tenantId]);
  const [last] = await manager.find(AuditEntry, { where: { tenantId }, order: { auditId: 'DESC' }, take: 1 });
  const entry = manager.create(AuditEntry, {
    ...fact,
    tenantId,
    auditId: (last?.auditId ?? 0) + 1,
    at: now,
    previousHash: last?.hash ?? FIRST_HASH,
  });
  entry.hash = hashOf(entry);
  await manager.query(
    `insert into registry.audit_entry (tenant_id, audit_id, at, actor_kind, actor_id, action, subject, detail, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tenantId,
      entry.auditId,
      now,
      entry.actorKind,
      entry.actorId,
      entry.action,
      entry.subject,
      JSON.stringify(entry.detail),
      entry.previousHash,
      entry.hash,
    ],
  );
  return entry;
}

/** What a person did. */
export function auditUser(
  manager: EntityManager,
  tenant: TenantContext,
  { userId, at }: ActingUser,
  fact: Pick<AuditFact, 'action' | 'subject' | 'detail'>,
): Promise<AuditEntry> {
  return appendAudit(manager, tenant, { actorKind: 'user', actorId: userId, ...fact }, at);
}

function hashOf({
  tenantId,
  auditId,
  at,
  actorKind,
  actorId,
  action,
  subject,
  detail,
  previousHash,
}: AuditEntry): Buffer {
  const content = [tenantId, auditId, at.toISOString(), actorKind, actorId, action, subject, inKeyOrder(detail)];
  return createHash('sha256').update(previousHash).update(JSON.stringify(content)).digest();
}

/** jsonb does not keep the order of keys. */
function inKeyOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inKeyOrder);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: JsonDocument = {};
  for (const key of Object.keys(value).sort()) sorted[key] = inKeyOrder(value[key] ?? null);
  return sorted;
}

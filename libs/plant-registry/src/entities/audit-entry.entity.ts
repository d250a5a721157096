import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { BYTES, ID, JSONB, OPTIONAL_ID, TEXT, TIME } from './column-types.js';
import type { JsonDocument } from './json-document.js';
import { Tenant } from './tenant.entity.js';

/** Who did what; each entry carries the hash of the one before. */
@Entity('audit_entry')
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'audit_entry_tenant_fkey' })
export class AuditEntry {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'audit_entry_pkey' })
  tenantId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'audit_entry_pkey' })
  auditId: number;
  @Column(TIME) at: Date;
  @Column(TEXT) actorKind: 'user' | 'gateway' | 'platform';
  @Column(OPTIONAL_ID) actorId: number | null;
  @Column(TEXT) action: string;
  @Column(TEXT) subject: string;
  @Column(JSONB) detail: JsonDocument;
  @Column(BYTES) previousHash: Buffer;
  @Column(BYTES) hash: Buffer;
}

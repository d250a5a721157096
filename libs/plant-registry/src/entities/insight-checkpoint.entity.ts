import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ID, JSONB, OPTIONAL_TIME, TEXT, TIME } from './column-types.js';
import type { JsonDocument } from './json-document.js';
import { Tenant } from './tenant.entity.js';

/** How far an insight has worked through one subject, with its state. */
@Entity('insight_checkpoint')
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'insight_checkpoint_tenant_fkey' })
export class InsightCheckpoint {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'insight_checkpoint_pkey' })
  tenantId: number;
  @PrimaryColumn({ ...TEXT, primaryKeyConstraintName: 'insight_checkpoint_pkey' })
  insight: string;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'insight_checkpoint_pkey' })
  subjectId: number;
  @Column(OPTIONAL_TIME) processedThrough: Date | null;
  @Column(JSONB) state: JsonDocument;
  @Column(TIME) updatedAt: Date;
}

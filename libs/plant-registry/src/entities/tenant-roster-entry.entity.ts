import { Entity, PrimaryColumn } from 'typeorm';

/** Ids of all tenants and nothing else, for the services that work through every tenant. */
@Entity('tenant_roster')
export class TenantRosterEntry {
  @PrimaryColumn({ type: 'int4', primaryKeyConstraintName: 'tenant_roster_pkey' })
  tenantId: number;
}

import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, TEXT } from './column-types.js';
import { Tenant } from './tenant.entity.js';

/** One plant. */
@Entity('site')
@Unique('site_slug', ['tenantId', 'slug'])
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'site_tenant_fkey' })
export class Site {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'site_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'site_pkey',
  })
  siteId: number;
  @Column(TEXT) slug: string;
  @Column(TEXT) name: string;
  /** IANA name. */
  @Column(TEXT) timeZone: string;
}

import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { TEXT } from './column-types.js';

/** The enterprise: owner of everything below. */
@Entity('tenant')
@Unique('tenant_slug', ['slug'])
export class Tenant {
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'tenant_pkey',
  })
  tenantId: number;
  @Column(TEXT) slug: string;
  @Column(TEXT) name: string;
  /** ISO 4217 code. */
  @Column(TEXT) currency: string;
  /** BCP 47 language tag. */
  @Column(TEXT) locale: string;
}

import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { BYTES, ID, OPTIONAL_ID, OPTIONAL_TIME, TIME } from './column-types.js';
import { Gateway } from './gateway.entity.js';

/** A token that gives a gateway its key, once; only the token's SHA-256 is kept. */
@Entity('gateway_enrolment')
@Index('gateway_enrolment_gateway', ['tenantId', 'gatewayId'])
@ForeignKey(() => Gateway, ['tenantId', 'gatewayId'], ['tenantId', 'gatewayId'], { name: 'gateway_enrolment_gateway_fkey' })
export class GatewayEnrolment {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'gateway_enrolment_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'gateway_enrolment_pkey',
  })
  gatewayEnrolmentId: number;
  @Column(ID) gatewayId: number;
  @Column(BYTES) tokenHash: Buffer;
  @Column(TIME) createdAt: Date;
  @Column(TIME) expiresAt: Date;
  /** Who invited; null: a tool of the installation. */
  @Column(OPTIONAL_ID) createdBy: number | null;
  @Column(OPTIONAL_TIME) usedAt: Date | null;
  @Column(OPTIONAL_TIME) revokedAt: Date | null;
  /** The key that it gave. */
  @Column(OPTIONAL_ID) gatewayKeyId: number | null;
}

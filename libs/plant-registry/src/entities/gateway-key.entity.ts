import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { BYTES, ID, OPTIONAL_TIME, TIME } from './column-types.js';
import { Gateway } from './gateway.entity.js';

/** A key with which a gateway authenticates; only its SHA-256 is kept. */
@Entity('gateway_key')
@Index('gateway_key_gateway', ['tenantId', 'gatewayId'])
@ForeignKey(() => Gateway, ['tenantId', 'gatewayId'], ['tenantId', 'gatewayId'], { name: 'gateway_key_gateway_fkey' })
export class GatewayKey {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'gateway_key_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'gateway_key_pkey',
  })
  gatewayKeyId: number;
  @Column(ID) gatewayId: number;
  @Column(BYTES) keyHash: Buffer;
  @Column(TIME) createdAt: Date;
  @Column(OPTIONAL_TIME) revokedAt: Date | null;
  /** Not accepted any more from then on; null: no end. */
  @Column(OPTIONAL_TIME) expiresAt: Date | null;
}

import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { BYTES, ID, INT8, OPTIONAL_TIME, TEXT, TIME } from './column-types.js';
import { Gateway } from './gateway.entity.js';

/** A batch that could not be stored, kept with the reason. */
@Entity('quarantined_batch')
@Unique('quarantined_batch_identity', ['tenantId', 'gatewayId', 'epoch', 'seq'])
@ForeignKey(() => Gateway, ['tenantId', 'gatewayId'], ['tenantId', 'gatewayId'], {
  name: 'quarantined_batch_gateway_fkey',
})
export class QuarantinedBatch {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'quarantined_batch_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'quarantined_batch_pkey',
  })
  quarantineId: number;
  @Column(ID) gatewayId: number;
  @Column(INT8) epoch: number;
  @Column(INT8) seq: number;
  @Column(TEXT) reason: string;
  @Column(BYTES) payload: Buffer;
  @Column(ID) attempts: number;
  @Column(TIME) createdAt: Date;
  @Column(OPTIONAL_TIME) releasedAt: Date | null;
}

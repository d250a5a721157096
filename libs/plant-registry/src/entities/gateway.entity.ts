import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, OPTIONAL_JSONB, OPTIONAL_TIME, TEXT } from './column-types.js';
import type { GatewayStatus } from '@telltale/ingest-contract';
import { Site } from './site.entity.js';

/** The on-site process that collects samples. */
@Entity('gateway')
@Unique('gateway_name', ['tenantId', 'siteId', 'name'])
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'gateway_site_fkey' })
export class Gateway {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'gateway_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'gateway_pkey',
  })
  gatewayId: number;
  @Column(ID) siteId: number;
  @Column(TEXT) name: string;
  /** As last reported. */
  @Column(OPTIONAL_JSONB) status: GatewayStatus | null;
  @Column(OPTIONAL_TIME) statusAt: Date | null;
  /** When the oldest batch in the queue had been put there, seen as the gateway last reported; null when none waited. */
  @Column(OPTIONAL_TIME) queueOldestAt: Date | null;
  /** A key made before is to be replaced by the gateway. */
  @Column(OPTIONAL_TIME) keyRotationAskedAt: Date | null;
}

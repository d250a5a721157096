import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, JSONB, NUMBER, TEXT } from './column-types.js';
import type { JsonDocument } from './json-document.js';
import { Gateway } from './gateway.entity.js';

/** One device connection of a gateway. */
@Entity('endpoint')
@Unique('endpoint_name', ['tenantId', 'gatewayId', 'name'])
@ForeignKey(() => Gateway, ['tenantId', 'gatewayId'], ['tenantId', 'gatewayId'], { name: 'endpoint_gateway_fkey' })
export class Endpoint {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'endpoint_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'endpoint_pkey',
  })
  endpointId: number;
  @Column(ID) gatewayId: number;
  @Column(TEXT) name: string;
  /** Type named by the manifest of the connector, e.g. `opcua`. */
  @Column(TEXT) connector: string;
  /** Parsed by the connector; may hold secrets. */
  @Column(JSONB) settings: JsonDocument;
  /** Days of history to read on first contact. */
  @Column(NUMBER) backfillDays: number;
}

import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import {
  ID,
  OPTIONAL_ID,
  OPTIONAL_JSONB,
  OPTIONAL_NUMBER,
  OPTIONAL_TEXT,
  OPTIONAL_TIME,
  TEXT,
} from './column-types.js';
import type { JsonDocument } from './json-document.js';
import { Endpoint } from './endpoint.entity.js';
import { Equipment } from './equipment.entity.js';
import { Site } from './site.entity.js';

export const TAG_KINDS = ['analog', 'discrete', 'counter'] as const;
export type TagKind = (typeof TAG_KINDS)[number];

export interface TagDeadband {
  kind: 'absolute' | 'percent';
  value: number;
}

/** One addressed signal. */
@Entity('tag')
@Unique('tag_path', ['tenantId', 'path'])
@Index('tag_site', ['tenantId', 'siteId', 'path'])
@Index('tag_endpoint', ['tenantId', 'endpointId'])
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'tag_site_fkey' })
@ForeignKey(() => Equipment, ['tenantId', 'equipmentId'], ['tenantId', 'equipmentId'], { name: 'tag_equipment_fkey' })
@ForeignKey(() => Endpoint, ['tenantId', 'endpointId'], ['tenantId', 'endpointId'], { name: 'tag_endpoint_fkey' })
@ForeignKey(() => Endpoint, ['tenantId', 'historyEndpointId'], ['tenantId', 'endpointId'], {
  name: 'tag_history_endpoint_fkey',
})
export class Tag {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'tag_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'tag_pkey',
  })
  tagId: number;
  @Column(ID) siteId: number;
  @Column(OPTIONAL_ID) equipmentId: number | null;
  /** Full tag path, e.g. `acme/ludwigshafen/steam/line-3/air-temperature-012`. */
  @Column(TEXT) path: string;
  @Column(TEXT) name: string;
  /** Empty for a tag without a unit. */
  @Column(TEXT) unit: string;
  @Column(TEXT) kind: TagKind;
  @Column(OPTIONAL_NUMBER) rangeLow: number | null;
  @Column(OPTIONAL_NUMBER) rangeHigh: number | null;
  /** Highest value of a counter before it rolls over to 0, e.g. 65535. */
  @Column(OPTIONAL_NUMBER) counterMax: number | null;
  @Column(OPTIONAL_ID) endpointId: number | null;
  /** Parsed by the connector. */
  @Column(OPTIONAL_JSONB) address: JsonDocument | null;
  @Column(ID) scanIntervalMs: number;
  @Column(OPTIONAL_JSONB) deadband: TagDeadband | null;
  @Column(OPTIONAL_ID) historyEndpointId: number | null;
  @Column(OPTIONAL_JSONB) historyAddress: JsonDocument | null;
  /** What insights read in it, e.g. `pipe-air-temperature`. */
  @Column(OPTIONAL_TEXT) insightRole: string | null;
  /** Out of service since then; its history stays. */
  @Column(OPTIONAL_TIME) retiredAt: Date | null;
}

import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ID, JSONB, LOCAL_DATE } from './column-types.js';
import type { JsonDocument } from './json-document.js';
import { Site } from './site.entity.js';

/** The shifts of a site from a local day on; `ShiftPattern` of plant-calendar parses it. */
@Entity('shift_pattern')
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'shift_pattern_site_fkey' })
export class ShiftPatternRecord {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'shift_pattern_pkey' })
  tenantId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'shift_pattern_pkey' })
  siteId: number;
  @PrimaryColumn({ ...LOCAL_DATE, primaryKeyConstraintName: 'shift_pattern_pkey' })
  validFrom: string;
  @Column(JSONB) shifts: JsonDocument[];
  @Column(JSONB) plannedStops: JsonDocument[];
}

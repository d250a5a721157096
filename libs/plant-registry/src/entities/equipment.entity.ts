import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { EquipmentLevel } from '@telltale/equipment-model';
import { ID, OPTIONAL_ID, TEXT } from './column-types.js';
import { Site } from './site.entity.js';

/** An area, line or cell of a site (ISA-95). */
@Entity('equipment')
@Unique('equipment_path', ['tenantId', 'siteId', 'path'])
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'equipment_site_fkey' })
@ForeignKey(() => Equipment, ['tenantId', 'parentId'], ['tenantId', 'equipmentId'], { name: 'equipment_parent_fkey' })
export class Equipment {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'equipment_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'equipment_pkey',
  })
  equipmentId: number;
  @Column(ID) siteId: number;
  @Column(OPTIONAL_ID) parentId: number | null;
  @Column(TEXT) level: EquipmentLevel;
  @Column(TEXT) slug: string;
  @Column(TEXT) name: string;
  /** Below the site, e.g. `packaging/line-1`. */
  @Column(TEXT) path: string;
}

import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ID, JSONB, OPTIONAL_ID, OPTIONAL_NUMBER } from './column-types.js';
import type { JsonDocument } from './json-document.js';
import { Equipment } from './equipment.entity.js';
import { Tag } from './tag.entity.js';

/** Which tags tell what a production line does. */
@Entity('line_setup')
@ForeignKey(() => Equipment, ['tenantId', 'equipmentId'], ['tenantId', 'equipmentId'], {
  name: 'line_setup_equipment_fkey',
})
@ForeignKey(() => Tag, ['tenantId', 'stateTagId'], ['tenantId', 'tagId'], { name: 'line_setup_state_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'goodTagId'], ['tenantId', 'tagId'], { name: 'line_setup_good_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'rejectTagId'], ['tenantId', 'tagId'], { name: 'line_setup_reject_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'productTagId'], ['tenantId', 'tagId'], { name: 'line_setup_product_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'speedTagId'], ['tenantId', 'tagId'], { name: 'line_setup_speed_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'energyTagId'], ['tenantId', 'tagId'], { name: 'line_setup_energy_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'materialTagId'], ['tenantId', 'tagId'], { name: 'line_setup_material_fkey' })
export class LineSetup {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'line_setup_pkey' })
  tenantId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'line_setup_pkey' })
  equipmentId: number;
  @Column(OPTIONAL_ID) stateTagId: number | null;
  @Column(OPTIONAL_ID) goodTagId: number | null;
  @Column(OPTIONAL_ID) rejectTagId: number | null;
  @Column(OPTIONAL_ID) productTagId: number | null;
  @Column(OPTIONAL_ID) speedTagId: number | null;
  @Column(OPTIONAL_ID) energyTagId: number | null;
  @Column(OPTIONAL_ID) materialTagId: number | null;
  /** Machine state number → meaning, read by the yield analysis. */
  @Column(JSONB) stateMap: JsonDocument;
  /** 0..1. */
  @Column(OPTIONAL_NUMBER) targetYield: number | null;
  /** 0..1. */
  @Column(OPTIONAL_NUMBER) targetOee: number | null;
}

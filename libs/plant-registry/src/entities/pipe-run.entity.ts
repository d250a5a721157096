import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, NUMBER, OPTIONAL_ID, OPTIONAL_NUMBER, TEXT } from './column-types.js';
import { Equipment } from './equipment.entity.js';
import { Site } from './site.entity.js';
import { Tag } from './tag.entity.js';

/** A pipe with sensors along it. */
@Entity('pipe_run')
@Unique('pipe_run_slug', ['tenantId', 'siteId', 'slug'])
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'pipe_run_site_fkey' })
@ForeignKey(() => Equipment, ['tenantId', 'equipmentId'], ['tenantId', 'equipmentId'], {
  name: 'pipe_run_equipment_fkey',
})
@ForeignKey(() => Tag, ['tenantId', 'pipeTemperatureTagId'], ['tenantId', 'tagId'], {
  name: 'pipe_run_pipe_temperature_fkey',
})
@ForeignKey(() => Tag, ['tenantId', 'pressureTagId'], ['tenantId', 'tagId'], { name: 'pipe_run_pressure_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'flowTagId'], ['tenantId', 'tagId'], { name: 'pipe_run_flow_fkey' })
export class PipeRun {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'pipe_run_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pipe_run_pkey',
  })
  pipeRunId: number;
  @Column(ID) siteId: number;
  @Column(OPTIONAL_ID) equipmentId: number | null;
  @Column(TEXT) slug: string;
  @Column(TEXT) name: string;
  @Column(NUMBER) lengthM: number;
  /** E.g. `steam`, `compressed-air`. */
  @Column(TEXT) medium: string;
  @Column(OPTIONAL_ID) pipeTemperatureTagId: number | null;
  @Column(OPTIONAL_ID) pressureTagId: number | null;
  @Column(OPTIONAL_ID) flowTagId: number | null;
  /** In the tenant's currency. */
  @Column(OPTIONAL_NUMBER) steamCostPerTonne: number | null;
  @Column(OPTIONAL_NUMBER) co2KgPerTonne: number | null;
  @Column(OPTIONAL_NUMBER) energyKwhPerTonne: number | null;
}

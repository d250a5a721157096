import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ID, NUMBER } from './column-types.js';
import { PipeRun } from './pipe-run.entity.js';
import { Tag } from './tag.entity.js';

/** Place of a sensor along a pipe run. */
@Entity('pipe_sensor')
@ForeignKey(() => PipeRun, ['tenantId', 'pipeRunId'], ['tenantId', 'pipeRunId'], { name: 'pipe_sensor_pipe_run_fkey' })
@ForeignKey(() => Tag, ['tenantId', 'tagId'], ['tenantId', 'tagId'], { name: 'pipe_sensor_tag_fkey' })
export class PipeSensor {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'pipe_sensor_pkey' })
  tenantId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'pipe_sensor_pkey' })
  pipeRunId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'pipe_sensor_pkey' })
  tagId: number;
  /** From the beginning of the run. */
  @Column(NUMBER) positionM: number;
}

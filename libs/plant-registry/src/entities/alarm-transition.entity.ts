import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { ID, OPTIONAL_ID, OPTIONAL_TEXT, TEXT, TIME } from './column-types.js';
import type { AlarmState } from '@telltale/alarm-lifecycle';
import { Alarm } from './alarm.entity.js';

/** One entry of the journal of an alarm. */
@Entity('alarm_transition')
@Index('alarm_transition_alarm', ['tenantId', 'alarmId', 'transitionId'])
@ForeignKey(() => Alarm, ['tenantId', 'alarmId'], ['tenantId', 'alarmId'], { name: 'alarm_transition_alarm_fkey' })
export class AlarmTransitionRecord {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'alarm_transition_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'alarm_transition_pkey',
  })
  transitionId: number;
  @Column(ID) alarmId: number;
  @Column(TIME) at: Date;
  /** E.g. raise, acknowledge, assign, comment, shelving-expired. */
  @Column(TEXT) transition: string;
  @Column(TEXT) fromState: AlarmState;
  @Column(TEXT) toState: AlarmState;
  /** Null when the platform did it. */
  @Column(OPTIONAL_ID) userId: number | null;
  @Column(OPTIONAL_TEXT) comment: string | null;
}

import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, OPTIONAL_TEXT, OPTIONAL_TIME, TEXT, TIME } from './column-types.js';
import { Alarm } from './alarm.entity.js';
import { AlarmTransitionRecord } from './alarm-transition.entity.js';
import { NotificationChannel } from './notification-channel.entity.js';

/** One alarm transition to be told to one channel. */
@Entity('notification')
@Unique('notification_once', ['tenantId', 'transitionId', 'channelId'])
@Index('notification_state', ['tenantId', 'state'])
@Index('notification_channel_newest', ['tenantId', 'channelId', 'notificationId'])
@ForeignKey(() => Alarm, ['tenantId', 'alarmId'], ['tenantId', 'alarmId'], { name: 'notification_alarm_fkey' })
@ForeignKey(() => AlarmTransitionRecord, ['tenantId', 'transitionId'], ['tenantId', 'transitionId'], {
  name: 'notification_transition_fkey',
})
@ForeignKey(() => NotificationChannel, ['tenantId', 'channelId'], ['tenantId', 'channelId'], {
  name: 'notification_channel_fkey',
})
export class Notification {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'notification_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'notification_pkey',
  })
  notificationId: number;
  @Column(ID) alarmId: number;
  @Column(ID) transitionId: number;
  @Column(ID) channelId: number;
  @Column(TEXT) state: 'pending' | 'delivered' | 'failed';
  @Column(ID) attempts: number;
  @Column(OPTIONAL_TEXT) lastError: string | null;
  @Column(TIME) createdAt: Date;
  @Column(OPTIONAL_TIME) deliveredAt: Date | null;
}

import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { FLAG, ID, OPTIONAL_TIME, TEXT, TIME } from './column-types.js';
import { Tenant } from './tenant.entity.js';

/** Where alarms are told. */
@Entity('notification_channel')
@Unique('notification_channel_name', ['tenantId', 'name'])
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'notification_channel_tenant_fkey' })
export class NotificationChannel {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'notification_channel_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'notification_channel_pkey',
  })
  channelId: number;
  @Column(TEXT) kind: 'webhook';
  @Column(TEXT) name: string;
  @Column(TEXT) url: string;
  /** Signs each delivery; sealed by SecretBox, never shown. */
  @Column(TEXT) secret: string;
  @Column(FLAG) enabled: boolean;
  /** It is not told what happened before. */
  @Column({ ...TIME, default: () => 'now()' }) enabledSince: Date;
  /** Kept for the sake of what it was told; it has no secret any more. */
  @Column(OPTIONAL_TIME) removedAt: Date | null;
}

import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { FLAG, ID, IDS, OPTIONAL_ID, OPTIONAL_NUMBER, OPTIONAL_TEXT, OPTIONAL_TIME, TEXT, TIME } from './column-types.js';
import type { AlarmState, LeakOutcome, LeakPhase } from '@telltale/alarm-lifecycle';
import { Detection } from './detection.entity.js';
import { Site } from './site.entity.js';
import { UserAccount } from './user-account.entity.js';

export const ALARM_KINDS = ['leak', 'sensor-suspect'] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** What a person must look at, through its ISA-18.2 life. */
@Entity('alarm')
@Unique('alarm_detection', ['tenantId', 'detectionId'])
@Index('alarm_site', ['tenantId', 'siteId', 'state'])
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'alarm_site_fkey' })
@ForeignKey(() => Detection, ['tenantId', 'detectionId'], ['tenantId', 'detectionId'], { name: 'alarm_detection_fkey' })
@ForeignKey(() => UserAccount, ['tenantId', 'assigneeUserId'], ['tenantId', 'userId'], { name: 'alarm_assignee_fkey' })
export class Alarm {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'alarm_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'alarm_pkey',
  })
  alarmId: number;
  @Column(ID) siteId: number;
  @Column(OPTIONAL_ID) detectionId: number | null;
  /** Detections that this alarm stood for before its leak came back. */
  @Column(IDS) earlierDetectionIds: number[];
  @Column(TEXT) kind: AlarmKind;
  @Column(TEXT) title: string;
  /** 1 is the most urgent, 4 the least. */
  @Column(ID) priority: number;
  @Column(TEXT) cause: string;
  @Column(TEXT) consequence: string;
  @Column(TEXT) action: string;
  @Column(TEXT) condition: 'active' | 'cleared';
  @Column(TEXT) state: AlarmState;
  /** Stays latched after return and acknowledgement until it is reset. */
  @Column(FLAG) latching: boolean;
  @Column(OPTIONAL_TIME) shelvedSince: Date | null;
  @Column(OPTIONAL_TIME) shelvedUntil: Date | null;
  @Column(OPTIONAL_TEXT) shelvedReason: string | null;
  @Column(OPTIONAL_ID) shelvedBy: number | null;
  @Column(OPTIONAL_TIME) suppressedSince: Date | null;
  @Column(OPTIONAL_TIME) suppressedUntil: Date | null;
  @Column(OPTIONAL_TEXT) suppressedReason: string | null;
  @Column(OPTIONAL_ID) suppressedBy: number | null;
  @Column(OPTIONAL_TIME) outOfServiceSince: Date | null;
  @Column(OPTIONAL_TIME) outOfServiceUntil: Date | null;
  @Column(OPTIONAL_TEXT) outOfServiceReason: string | null;
  @Column(OPTIONAL_ID) outOfServiceBy: number | null;
  @Column(OPTIONAL_TIME) raisedAt: Date | null;
  @Column(OPTIONAL_TIME) acknowledgedAt: Date | null;
  @Column(OPTIONAL_ID) acknowledgedBy: number | null;
  @Column(OPTIONAL_TIME) clearedAt: Date | null;
  /** Where the work on a leak stands; null for other kinds. */
  @Column(OPTIONAL_TEXT) leakPhase: LeakPhase | null;
  /** How often the leak came back after its repair. */
  @Column(ID) reopened: number;
  @Column(OPTIONAL_ID) assigneeUserId: number | null;
  @Column(OPTIONAL_TIME) assignedAt: Date | null;
  @Column(OPTIONAL_TEXT) outcome: LeakOutcome | null;
  @Column(OPTIONAL_TIME) outcomeAt: Date | null;
  @Column(OPTIONAL_TIME) repairedAt: Date | null;
  @Column(OPTIONAL_TIME) verifiedAt: Date | null;
  @Column(OPTIONAL_NUMBER) positionM: number | null;
  @Column(OPTIONAL_NUMBER) lossKgPerHour: number | null;
  @Column(TIME) updatedAt: Date;
}

import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { FLAG, ID, JSONB, NUMBER, OPTIONAL_NUMBER, OPTIONAL_TIME, TEXT, TIME } from './column-types.js';
import type { JsonDocument } from './json-document.js';
import { Site } from './site.entity.js';

export const INSIGHT_KINDS = ['steam-leak', 'sensor-suspect', 'segment-transient'] as const;
export type InsightKind = (typeof INSIGHT_KINDS)[number];

/** Result of an insight, with its evidence. */
@Entity('detection')
@Unique('detection_incident_key', ['tenantId', 'incidentKey'])
@Index('detection_site', ['tenantId', 'siteId', 'state'])
@Index('detection_subject', ['tenantId', 'insight', 'subjectId', 'state'])
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'detection_site_fkey' })
export class Detection {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'detection_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'detection_pkey',
  })
  detectionId: number;
  @Column(ID) siteId: number;
  @Column(TEXT) insight: InsightKind;
  /** The pipe run or line. */
  @Column(ID) subjectId: number;
  /** The same for every revision of one incident. */
  @Column(TEXT) incidentKey: string;
  @Column(TEXT) state: 'open' | 'closed';
  @Column(TIME) onsetAt: Date;
  @Column(TIME) detectedAt: Date;
  @Column(OPTIONAL_TIME) closedAt: Date | null;
  @Column(OPTIONAL_NUMBER) positionM: number | null;
  @Column(OPTIONAL_NUMBER) positionPlusMinusM: number | null;
  @Column(OPTIONAL_NUMBER) excessC: number | null;
  /** 0..1. */
  @Column(NUMBER) confidence: number;
  @Column(OPTIONAL_NUMBER) lossKgPerHour: number | null;
  @Column(JSONB) evidence: JsonDocument;
  /** Found in data older than the alarm horizon: raises no alarm. */
  @Column(FLAG) historical: boolean;
  @Column(ID) revision: number;
  @Column(TIME) updatedAt: Date;
}

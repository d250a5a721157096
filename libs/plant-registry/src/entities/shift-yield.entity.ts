import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ID, JSONB, LOCAL_DATE, NUMBER, OPTIONAL_TEXT, TEXT, TIME } from './column-types.js';
import { Equipment } from './equipment.entity.js';

/** Seconds, items, kg and kWh; every member adds up over shifts, lines and products. */
export interface ShiftYieldElements {
  pbtS: number;
  aptS: number;
  austS: number;
  downtimeByReason: { [reason: string]: number };
  unknownS: number;
  pq: number;
  gq: number;
  sq: number;
  rq: number;
  priPqS: number;
  priGqS: number;
  materialKg: number | null;
  energyKwh: number | null;
}

/** Additive yield elements of one line, shift and product; one row per revision. */
@Entity('shift_yield')
@ForeignKey(() => Equipment, ['tenantId', 'equipmentId'], ['tenantId', 'equipmentId'], {
  name: 'shift_yield_equipment_fkey',
})
export class ShiftYield {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'shift_yield_pkey' })
  tenantId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'shift_yield_pkey' })
  equipmentId: number;
  @PrimaryColumn({ ...TIME, primaryKeyConstraintName: 'shift_yield_pkey' })
  shiftStart: Date;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'shift_yield_pkey' })
  productId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'shift_yield_pkey' })
  revision: number;
  @Column(TIME) shiftEnd: Date;
  @Column(TEXT) shiftName: string;
  @Column(LOCAL_DATE) productionDay: string;
  @Column(TEXT) status: 'provisional' | 'final';
  @Column(JSONB) elements: ShiftYieldElements;
  /** 0..1. */
  @Column(NUMBER) completeness: number;
  @Column(TIME) computedAt: Date;
  /** Why this revision replaced the one before. */
  @Column(OPTIONAL_TEXT) restatementReason: string | null;
}

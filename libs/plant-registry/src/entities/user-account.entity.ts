import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, OPTIONAL_TIME, TEXT } from './column-types.js';
import { Tenant } from './tenant.entity.js';

export const USER_ROLES = ['viewer', 'maintenance', 'manager', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** Someone who may sign in. */
@Entity('user_account')
@Unique('user_account_email', ['tenantId', 'email'])
@ForeignKey(() => Tenant, ['tenantId'], ['tenantId'], { name: 'user_account_tenant_fkey' })
export class UserAccount {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'user_account_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'user_account_pkey',
  })
  userId: number;
  /** Lower case. */
  @Column(TEXT) email: string;
  @Column(TEXT) name: string;
  @Column(TEXT) role: UserRole;
  /** Argon2id in PHC form. */
  @Column(TEXT) passwordHash: string;
  @Column(ID) failedSignIns: number;
  @Column(OPTIONAL_TIME) lockedUntil: Date | null;
  @Column(OPTIONAL_TIME) disabledAt: Date | null;
}

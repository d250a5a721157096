import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { BYTES, ID, OPTIONAL_TIME, TIME } from './column-types.js';
import { UserAccount } from './user-account.entity.js';

/** A signed-in user; only the SHA-256 of the token is kept. */
@Entity('user_session')
@Index('user_session_user', ['tenantId', 'userId'])
@ForeignKey(() => UserAccount, ['tenantId', 'userId'], ['tenantId', 'userId'], { name: 'user_session_user_fkey' })
export class UserSession {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'user_session_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'user_session_pkey',
  })
  sessionId: number;
  @Column(ID) userId: number;
  @Column(BYTES) tokenHash: Buffer;
  @Column(TIME) createdAt: Date;
  @Column(TIME) expiresAt: Date;
  @Column(OPTIONAL_TIME) revokedAt: Date | null;
}

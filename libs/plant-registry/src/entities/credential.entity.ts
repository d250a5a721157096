import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { BYTES, ID, TEXT } from './column-types.js';

export const CREDENTIAL_KINDS = ['email', 'session', 'gateway-key', 'gateway-enrolment'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Leads from the hash of a secret to its tenant; row security shows one row at a time, to who knows the hash. */
@Entity('credential_directory')
@Index('credential_directory_subject', ['tenantId', 'kind', 'subjectId'])
export class Credential {
  @PrimaryColumn({ ...BYTES, primaryKeyConstraintName: 'credential_directory_pkey' })
  keyHash: Buffer;
  @Column(TEXT) kind: CredentialKind;
  @Column(ID) tenantId: number;
  @Column(ID) subjectId: number;
}

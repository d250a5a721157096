import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, OPTIONAL_ID, OPTIONAL_TIME, TEXT, TIME } from './column-types.js';
import { Endpoint } from './endpoint.entity.js';

export const CERTIFICATE_DECISIONS = ['pending', 'trusted', 'rejected'] as const;
export type CertificateDecision = (typeof CERTIFICATE_DECISIONS)[number];

/** A certificate that a server showed to a gateway before anybody had approved it. */
@Entity('server_certificate')
@Unique('server_certificate_thumbprint', ['tenantId', 'endpointId', 'thumbprint'])
@ForeignKey(() => Endpoint, ['tenantId', 'endpointId'], ['tenantId', 'endpointId'], {
  name: 'server_certificate_endpoint_fkey',
})
export class ServerCertificate {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'server_certificate_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'server_certificate_pkey',
  })
  certificateId: number;
  @Column(ID) endpointId: number;
  /** SHA-256 of the certificate, 64 hexadecimal digits, reckoned by the platform. */
  @Column(TEXT) thumbprint: string;
  @Column(TEXT) pem: string;
  @Column(TIME) firstSeenAt: Date;
  @Column(TIME) lastSeenAt: Date;
  @Column(TEXT) decision: CertificateDecision;
  @Column(OPTIONAL_TIME) decidedAt: Date | null;
  @Column(OPTIONAL_ID) decidedBy: number | null;
}

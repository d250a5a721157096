import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from '@nestjs/graphql';

export enum CertificateDecision {
  PENDING = 'PENDING',
  TRUSTED = 'TRUSTED',
  REJECTED = 'REJECTED',
}
registerEnumType(CertificateDecision, { name: 'CertificateDecision' });

@ObjectType({ description: 'A certificate that a server showed and nobody had approved before.' })
export class ServerCertificate {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  endpointId: string;

  @Field(() => String)
  endpointName: string;

  @Field(() => String)
  gatewayName: string;

  @Field(() => String, { description: 'SHA-256, hexadecimal.' })
  thumbprint: string;

  @Field(() => String, { description: 'SHA-1, hexadecimal: many devices show only this one.' })
  sha1Thumbprint: string;

  @Field(() => String)
  subject: string;

  @Field(() => String)
  issuer: string;

  @Field(() => String, { nullable: true, description: 'Names, addresses and application URI that it is issued for.' })
  issuedFor: string | null;

  @Field(() => GraphQLISODateTime)
  validFrom: Date;

  @Field(() => GraphQLISODateTime)
  validTo: Date;

  @Field(() => GraphQLISODateTime)
  firstSeenAt: Date;

  @Field(() => GraphQLISODateTime)
  lastSeenAt: Date;

  @Field(() => CertificateDecision)
  decision: CertificateDecision;

  @Field(() => GraphQLISODateTime, { nullable: true })
  decidedAt: Date | null;

  @Field(() => String, { nullable: true })
  decidedBy: string | null;
}

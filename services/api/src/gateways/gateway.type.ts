import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IN_THE_REPORT, ModelChange, TagProblems } from './endpoint-findings.type.js';

export enum EndpointState {
  CONNECTING = 'CONNECTING',
  CONNECTED = 'CONNECTED',
  DEGRADED = 'DEGRADED',
  DISCONNECTED = 'DISCONNECTED',
  UNTRUSTED = 'UNTRUSTED',
  MISCONFIGURED = 'MISCONFIGURED',
}
registerEnumType(EndpointState, { name: 'EndpointState' });

@ObjectType({ description: "Reading the plant's history on first contact." })
export class BackfillProgress {
  @Field(() => Int)
  tagsDone: number;

  @Field(() => Int)
  tagsTotal: number;

  @Field(() => Float)
  samples: number;

  @Field(() => Float, { description: '0..1.' })
  progress: number;
}

@ObjectType()
export class SpoolStatus {
  @Field(() => Int)
  depthBatches: number;

  @Field(() => Float)
  depthBytes: number;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Null when the spool is empty.' })
  oldest: Date | null;

  @Field(() => Int)
  quarantinedRecords: number;
}

@ObjectType()
export class UntrustedCertificate {
  @Field(() => String, { description: 'SHA-256, hexadecimal.' })
  thumbprint: string;

  @Field(() => String)
  subject: string;
}

@ObjectType({ description: 'Achieved beside asked rate of tags that are read together: one slave, one scan interval.' })
export class RateGroup {
  @Field(() => String, { description: 'E.g. unit 2, every 1000 ms.' })
  group: string;

  @Field(() => Int)
  tagCount: number;

  @Field(() => Float, { description: 'Samples per second asked for by the scan interval.' })
  askedPerSecond: number;

  @Field(() => Float)
  achievedPerSecond: number;

  @Field(() => String, { nullable: true, description: 'Stable code of why it is less; null when it keeps up.' })
  code: string | null;

  @Field(() => String, { nullable: true, description: 'Why it is less, in one sentence; null when it keeps up.' })
  reason: string | null;
}

@ObjectType({ description: 'One device connection.' })
export class Endpoint {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'E.g. opcua.' })
  connector: string;

  @Field(() => Int)
  tagCount: number;

  @Field(() => EndpointState, { nullable: true, description: 'Null before the gateway reported it.' })
  state: EndpointState | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  since: Date | null;

  @Field(() => String, { nullable: true, description: 'Stable code of the failure; null when connected.' })
  code: string | null;

  @Field(() => String, { nullable: true, description: 'One sentence for the process engineer; null when connected.' })
  reason: string | null;

  @Field(() => Float, { nullable: true, description: 'Samples per second asked for by the scan intervals.' })
  askedPerSecond: number | null;

  @Field(() => Float, { nullable: true })
  achievedPerSecond: number | null;

  @Field(() => String, { nullable: true, description: 'Why less is achieved than asked, of the group that lacks most; null when all keep up.' })
  rateReason: string | null;

  // They stand in the report that is read anyway.
  @Field(() => [RateGroup], { complexity: 2, description: 'The worst first, 200 at most; empty where the connector does not measure it.' })
  rateGroups: RateGroup[];

  @Field(() => TagProblems, IN_THE_REPORT)
  tagProblems: TagProblems;

  @Field(() => ModelChange, { ...IN_THE_REPORT, nullable: true, description: 'Null when nothing is watched, or not compared yet.' })
  modelChange: ModelChange | null;

  @Field(() => UntrustedCertificate, { nullable: true })
  untrustedCertificate: UntrustedCertificate | null;
}

@ObjectType()
export class Gateway {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  siteId: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { nullable: true })
  version: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  startedAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When it last reported; null before the first time.' })
  statusAt: Date | null;

  @Field(() => Boolean, { description: 'Reported within the last 30 seconds.' })
  online: boolean;

  @Field(() => Float, { nullable: true, description: 'Gateway clock minus platform clock, in milliseconds, including the way.' })
  clockOffsetMs: number | null;

  @Field(() => String, { nullable: true, description: 'One sentence when the clock of the gateway is more than 5 seconds off, else null.' })
  clockWarning: string | null;

  @Field(() => Float, { nullable: true, description: 'Seconds between the source time of its newest sample and now.' })
  lagSeconds: number | null;

  @Field(() => SpoolStatus, { nullable: true })
  spool: SpoolStatus | null;

  @Field(() => BackfillProgress, { nullable: true })
  backfill: BackfillProgress | null;
}

import { Field, GraphQLISODateTime, ID, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A key of a gateway; only its hash is kept.' })
export class GatewayKey {
  @Field(() => ID)
  id: string;

  @Field(() => GraphQLISODateTime)
  createdAt: Date;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Null: it has no end.' })
  expiresAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  revokedAt: Date | null;

  @Field(() => Boolean, { description: 'Neither revoked nor ended.' })
  accepted: boolean;
}

@ObjectType({ description: 'An enrolment token that waits for its gateway. The token itself is not kept.' })
export class GatewayInvitation {
  @Field(() => ID)
  id: string;

  @Field(() => GraphQLISODateTime)
  createdAt: Date;

  @Field(() => String, { nullable: true })
  createdBy: string | null;

  @Field(() => GraphQLISODateTime)
  expiresAt: Date;

  @Field(() => Boolean)
  expired: boolean;
}

@ObjectType({ description: 'With what a gateway may come in.' })
export class GatewayAccess {
  @Field(() => ID)
  gatewayId: string;

  @Field(() => String)
  gatewayName: string;

  @Field(() => [GatewayKey], { description: 'Newest first.' })
  keys: GatewayKey[];

  @Field(() => [GatewayInvitation], { description: 'Neither used nor revoked, newest first.' })
  invitations: GatewayInvitation[];

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Somebody asked for another key and the gateway has not made it yet.' })
  rotationAskedAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When it replaced a key before; null when it never did.' })
  lastRotationAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the gateway can not change its key, as it says itself.' })
  keyTrouble: string | null;
}

@ObjectType({ description: 'Everything that is needed at the machine. The token is shown this once.' })
export class NewGatewayInvitation {
  @Field(() => ID)
  gatewayId: string;

  @Field(() => String)
  gatewayName: string;

  @Field(() => GatewayInvitation)
  invitation: GatewayInvitation;

  @Field(() => String, { description: 'Gives one gateway its key, once.' })
  token: string;

  @Field(() => String, { description: 'To be run on the machine of the gateway, see deploy/edge.' })
  command: string;

  @Field(() => String, { nullable: true, description: 'Address of ingest in the command; null when this installation does not know it (INGEST_PUBLIC_URL): then INGEST_URL must be set at the gateway.' })
  ingestUrl: string | null;
}

import { Field, Float, GraphQLISODateTime, ID, ObjectType, registerEnumType } from '@nestjs/graphql';

export enum LineStateKind {
  PRODUCING = 'PRODUCING',
  SETUP = 'SETUP',
  STOPPED = 'STOPPED',
  STARVED = 'STARVED',
  BLOCKED = 'BLOCKED',
  FAULT = 'FAULT',
  PLANNED_STOP = 'PLANNED_STOP',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(LineStateKind, { name: 'LineStateKind' });

@ObjectType()
export class LineInterval {
  @Field(() => LineStateKind)
  state: LineStateKind;

  @Field(() => String, { nullable: true, description: "The plant's own word for the state; null for UNKNOWN." })
  label: string | null;

  @Field(() => GraphQLISODateTime)
  from: Date;

  @Field(() => GraphQLISODateTime)
  to: Date;
}

@ObjectType({ description: 'A production line.' })
export class Line {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  siteId: string;

  @Field(() => String)
  name: string;

  @Field(() => String)
  path: string;

  @Field(() => Float, { nullable: true, description: 'Null where none is set.' })
  targetYield: number | null;

  @Field(() => Float, { nullable: true })
  targetOee: number | null;
}

import { Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';

/** The report is read anyway: what stands in it costs nothing more, however long it is. */
export const IN_THE_REPORT = { complexity: 0 };

@ObjectType({ description: 'A tag that gives no usable values until a person corrects something.' })
export class TagProblem {
  @Field(() => ID)
  tagId: string;

  @Field(() => String, { description: 'Stable, e.g. opcua.whole-array.' })
  code: string;

  @Field(() => String, { description: 'One clause with the remedy, to be read after the path.' })
  reason: string;
}

@ObjectType({ description: 'The tags of an endpoint that a person must correct.' })
export class TagProblems {
  @Field(() => Int)
  total: number;

  @Field(() => [TagProblem], { ...IN_THE_REPORT, description: '20 at most.' })
  first: TagProblem[];
}

export enum ModelDifferenceKind {
  APPEARED = 'APPEARED',
  VANISHED = 'VANISHED',
  CHANGED = 'CHANGED',
}
registerEnumType(ModelDifferenceKind, { name: 'ModelDifferenceKind' });

@ObjectType()
export class ModelDifference {
  @Field(() => ModelDifferenceKind)
  kind: ModelDifferenceKind;

  @Field(() => String, { description: 'In the tree of the device, e.g. Line1/Pump.Speed.' })
  path: string;

  @Field(() => String, { nullable: true, description: 'What is different of a node that stayed, e.g. dataType: Double → Int32.' })
  what: string | null;
}

@ObjectType({ description: "How the watched part of the device's tree differs from its baseline." })
export class ModelChange {
  @Field(() => GraphQLISODateTime, { description: 'When a person accepted the tree, or it was seen for the first time.' })
  baselineAt: Date;

  @Field(() => GraphQLISODateTime)
  comparedAt: Date;

  @Field(() => Int)
  appeared: number;

  @Field(() => Int)
  vanished: number;

  @Field(() => Int)
  changed: number;

  @Field(() => [ModelDifference], { ...IN_THE_REPORT, description: '20 at most.' })
  first: ModelDifference[];
}

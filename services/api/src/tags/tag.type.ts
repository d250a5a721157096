import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';

export enum TagKind {
  ANALOG = 'ANALOG',
  DISCRETE = 'DISCRETE',
  COUNTER = 'COUNTER',
}
registerEnumType(TagKind, { name: 'TagKind' });

export enum Quality {
  GOOD = 'GOOD',
  UNCERTAIN = 'UNCERTAIN',
  BAD = 'BAD',
}
registerEnumType(Quality, { name: 'Quality', description: 'Trust in a sample (severity of its OPC UA status code).' });

@ObjectType()
export class LatestValue {
  @Field(() => ID)
  tagId: string;

  @Field(() => Float, { nullable: true, description: 'Null when the device gave no value.' })
  value: number | null;

  @Field(() => GraphQLISODateTime)
  sourceTime: Date;

  @Field(() => GraphQLISODateTime)
  serverTime: Date;

  @Field(() => Quality)
  quality: Quality;

  @Field(() => String, { description: 'OPC UA name of the status, e.g. BadNotConnected.' })
  status: string;

  @Field(() => Boolean, { description: 'Older than three scan intervals; where the device speaks on change only, that and not connected.' })
  stale: boolean;
}

@ObjectType()
export class Tag {
  @Field(() => ID)
  id: string;

  @Field(() => String, { description: 'Full tag path, e.g. acme/ludwigshafen/steam/line-3/air-temperature-012.' })
  path: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'UCUM-like text, e.g. °C; empty for a tag without a unit.' })
  unit: string;

  @Field(() => TagKind)
  kind: TagKind;

  @Field(() => Float, { nullable: true })
  rangeLow: number | null;

  @Field(() => Float, { nullable: true })
  rangeHigh: number | null;

  @Field(() => Int, { description: 'How often the tag is asked for, in milliseconds.' })
  scanIntervalMs: number;
}

@ObjectType()
export class TagEdge {
  @Field(() => String)
  cursor: string;

  @Field(() => Tag)
  node: Tag;
}

@ObjectType()
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage: boolean;

  @Field(() => String, { nullable: true })
  endCursor: string | null;
}

@ObjectType()
export class TagConnection {
  @Field(() => [TagEdge], { complexity: ({ childComplexity }) => 1 + childComplexity })
  edges: readonly TagEdge[];

  @Field(() => PageInfo)
  pageInfo: PageInfo;

  @Field(() => Int)
  totalCount: number;
}

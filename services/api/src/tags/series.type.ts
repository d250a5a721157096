import { Field, Float, GraphQLISODateTime, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Quality, Tag } from './tag.type.js';

@ObjectType()
export class Sample {
  @Field(() => GraphQLISODateTime)
  time: Date;

  @Field(() => Float, { nullable: true })
  value: number | null;

  @Field(() => Quality)
  quality: Quality;

  @Field(() => String)
  status: string;
}

export enum ContinuityKind {
  GAP = 'GAP',
  BACKFILLED = 'BACKFILLED',
  DEVICE_OFF = 'DEVICE_OFF',
  DROPPED = 'DROPPED',
}
registerEnumType(ContinuityKind, { name: 'ContinuityKind' });

@ObjectType({ description: 'A stretch of time in which samples are missing or came later, with the reason.' })
export class ContinuityEntry {
  @Field(() => ContinuityKind)
  kind: ContinuityKind;

  @Field(() => GraphQLISODateTime)
  from: Date;

  @Field(() => GraphQLISODateTime)
  to: Date;

  @Field(() => String)
  reason: string;
}

@ObjectType()
export class SampleSeries {
  @Field(() => Tag)
  tag: Tag;

  @Field(() => [Sample])
  samples: readonly Sample[];

  @Field(() => [ContinuityEntry])
  continuity: readonly ContinuityEntry[];

  @Field(() => Float, { description: 'Share of the time range covered by good samples.' })
  completeness: number;

  @Field(() => Boolean, { description: 'True when samples were left out to stay within `max`.' })
  thinned: boolean;
}

@ObjectType()
export class Bucket {
  @Field(() => GraphQLISODateTime)
  start: Date;

  @Field(() => Int)
  count: number;

  @Field(() => Int)
  goodCount: number;

  @Field(() => Float, { nullable: true, description: 'Null, as the others, where the bucket has no good sample.' })
  min: number | null;

  @Field(() => Float, { nullable: true })
  max: number | null;

  @Field(() => Float, { nullable: true })
  mean: number | null;

  @Field(() => Float, { nullable: true })
  first: number | null;

  @Field(() => Float, { nullable: true })
  last: number | null;

  @Field(() => String, {
    description: 'OPC UA status of the mean (Part 13, Average): `Good`, `UncertainDataSubNormal` where samples that are not good were left out, `BadNoData` where none is good.',
  })
  status: string;

  @Field(() => Float, { description: "Share of the bucket's time covered by good samples." })
  completeness: number;
}

@ObjectType()
export class BucketSeries {
  @Field(() => Tag)
  tag: Tag;

  @Field(() => Int)
  bucketSeconds: number;

  @Field(() => [Bucket])
  buckets: readonly Bucket[];

  @Field(() => [ContinuityEntry])
  continuity: readonly ContinuityEntry[];

  @Field(() => Float, { description: 'Share of the time range covered by good samples.' })
  completeness: number;
}

@ObjectType()
export class InterpolatedValue extends Sample {
  @Field(() => Boolean, { description: 'False where a sample of exactly this time is good, and before the first one.' })
  interpolated: boolean;
}

@ObjectType()
export class InterpolatedSeries {
  @Field(() => Tag)
  tag: Tag;

  @Field(() => [InterpolatedValue])
  values: readonly InterpolatedValue[];
}

@ObjectType()
export class SampleAsOf {
  @Field(() => Tag)
  tag: Tag;

  @Field(() => Sample, { nullable: true, description: 'Null when the tag had told nothing yet.' })
  sample: Sample | null;
}

export enum Thinning {
  EXTREMES = 'EXTREMES',
  TRIANGLES = 'TRIANGLES',
}
registerEnumType(Thinning, {
  name: 'Thinning',
  description: 'How samples are left out where there are too many.',
  valuesMap: {
    EXTREMES: { description: 'First, lowest, highest and last sample of equal stretches of time: a chart of that many pixels looks as if it had all.' },
    TRIANGLES: { description: 'The samples that span the largest triangles (LTTB): the shape with the fewest samples; short peaks may be missing.' },
  },
});

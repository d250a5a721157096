import { Field, Float, GraphQLISODateTime, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Bucket, ContinuityEntry } from './series.type.js';
import { Tag } from './tag.type.js';

export enum CalendarPeriod {
  SHIFT = 'SHIFT',
  DAY = 'DAY',
}
registerEnumType(CalendarPeriod, {
  name: 'CalendarPeriod',
  valuesMap: {
    SHIFT: { description: 'Shifts of the plant, in its time zone.' },
    DAY: { description: 'Days of the plant from midnight to midnight: 23 or 25 hours long where the clock changes.' },
  },
});

@ObjectType({ description: 'Aggregate of the good samples of one shift or day.' })
export class CalendarBucket extends Bucket {
  @Field(() => GraphQLISODateTime)
  end: Date;

  @Field(() => String, { nullable: true, description: 'Name of the shift; null for a day.' })
  name: string | null;

  @Field(() => String, { description: 'Local day on which it begins, YYYY-MM-DD.' })
  productionDay: string;

  @Field(() => Int, { description: 'How often its samples changed after it was over.' })
  revision: number;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'When they last did.' })
  revisedAt: Date | null;
}

@ObjectType()
export class CalendarSeries {
  @Field(() => Tag)
  tag: Tag;

  @Field(() => CalendarPeriod)
  period: CalendarPeriod;

  @Field(() => [CalendarBucket])
  buckets: readonly CalendarBucket[];

  @Field(() => [ContinuityEntry])
  continuity: readonly ContinuityEntry[];

  @Field(() => Float, { description: 'Share of the time of all of them that good samples cover.' })
  completeness: number;
}

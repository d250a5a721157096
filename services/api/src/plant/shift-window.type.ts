import { Field, GraphQLISODateTime, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class ShiftWindow {
  @Field(() => String)
  name: string;

  @Field(() => GraphQLISODateTime)
  start: Date;

  @Field(() => GraphQLISODateTime)
  end: Date;

  @Field(() => String, { description: 'ISO date of the production day, plant time.' })
  productionDay: string;
}

import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import { Tag } from '../tags/tag.type.js';

@ObjectType({ description: 'A pipe with sensors along it.' })
export class PipeRun {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  siteId: string;

  @Field(() => String)
  slug: string;

  @Field(() => String)
  name: string;

  @Field(() => Float)
  lengthM: number;

  @Field(() => String, { description: 'E.g. steam.' })
  medium: string;
}

@ObjectType()
export class PipeSensor {
  @Field(() => Tag)
  tag: Tag;

  @Field(() => Float)
  positionM: number;

  @Field(() => Float, { nullable: true, description: 'What the detector expects now, in °C; null while it learns.' })
  expected: number | null;

  @Field(() => Float, { nullable: true, description: 'Measured minus expected, in °C; null while the detector learns or without a good value.' })
  excess: number | null;
}

import { Field, GraphQLISODateTime, ID, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A webhook that is told about every alarm of every plant of the company. Its secret is never shown.' })
export class NotificationChannel {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'Scheme and host only: the rest of the address is not shown again.' })
  url: string;

  @Field(() => Boolean)
  enabled: boolean;

  @Field(() => Int, { description: 'Notifications that are not delivered yet.' })
  pending: number;

  @Field(() => GraphQLISODateTime, { nullable: true })
  lastDeliveredAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the newest notification was not delivered; null as soon as a newer one is.' })
  lastError: string | null;
}

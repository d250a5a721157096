import { Field, Float, ID, ObjectType, registerEnumType } from '@nestjs/graphql';

export enum Role {
  VIEWER = 'VIEWER',
  MAINTENANCE = 'MAINTENANCE',
  MANAGER = 'MANAGER',
  ADMIN = 'ADMIN',
}
registerEnumType(Role, { name: 'Role', description: 'What a user may do. VIEWER reads; MAINTENANCE also handles alarms; MANAGER also shelves and sets outcomes; ADMIN does everything.' });

@ObjectType()
export class Tenant {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  slug: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'ISO 4217 code.' })
  currency: string;

  @Field(() => String, { description: 'BCP 47 language tag.' })
  locale: string;
}

@ObjectType()
export class Me {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  name: string;

  @Field(() => String)
  email: string;

  @Field(() => Role)
  role: Role;

  @Field(() => Tenant)
  tenant: Tenant;
}

@ObjectType({ description: 'Someone who can be named beside an alarm.' })
export class Person {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  name: string;
}

@ObjectType()
export class Money {
  @Field(() => Float)
  amount: number;

  @Field(() => String, { description: 'ISO 4217 code.' })
  currency: string;
}

import { Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Person } from '../identity/identity.type.js';

export enum AlarmState {
  NORMAL = 'NORMAL',
  UNACKNOWLEDGED = 'UNACKNOWLEDGED',
  ACKNOWLEDGED = 'ACKNOWLEDGED',
  RETURNED_UNACKNOWLEDGED = 'RETURNED_UNACKNOWLEDGED',
  LATCHED = 'LATCHED',
}
registerEnumType(AlarmState, { name: 'AlarmState', description: 'ISA-18.2 / IEC 62682.' });

export enum AlarmKind {
  LEAK = 'LEAK',
  SENSOR_SUSPECT = 'SENSOR_SUSPECT',
}
registerEnumType(AlarmKind, { name: 'AlarmKind' });

export enum AlarmOutcome {
  CONFIRMED_LEAK = 'CONFIRMED_LEAK',
  NUISANCE = 'NUISANCE',
  SENSOR_FAULT = 'SENSOR_FAULT',
  TEST = 'TEST',
}
registerEnumType(AlarmOutcome, { name: 'AlarmOutcome' });

export enum AlarmAction {
  ACKNOWLEDGE = 'ACKNOWLEDGE',
  ASSIGN = 'ASSIGN',
  COMMENT = 'COMMENT',
  SHELVE = 'SHELVE',
  UNSHELVE = 'UNSHELVE',
  SET_OUTCOME = 'SET_OUTCOME',
  MARK_REPAIRED = 'MARK_REPAIRED',
}
registerEnumType(AlarmAction, { name: 'AlarmAction', description: "What the user may do with the alarm now, by its state and the user's role." });

@ObjectType()
export class Alarm {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  siteId: string;

  @Field(() => AlarmKind)
  kind: AlarmKind;

  @Field(() => String)
  title: string;

  @Field(() => Int, { description: '1 is the most urgent, 4 the least.' })
  priority: number;

  @Field(() => String)
  cause: string;

  @Field(() => String)
  consequence: string;

  @Field(() => String)
  action: string;

  @Field(() => Boolean, { description: 'The condition itself is present.' })
  active: boolean;

  @Field(() => AlarmState)
  state: AlarmState;

  @Field(() => GraphQLISODateTime)
  raisedAt: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  acknowledgedAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  clearedAt: Date | null;

  @Field(() => AlarmOutcome, { nullable: true })
  outcome: AlarmOutcome | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  repairedAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  verifiedAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Null unless shelved now.' })
  shelvedUntil: Date | null;

  @Field(() => String, { nullable: true })
  shelvedReason: string | null;

  @Field(() => String, { nullable: true })
  suppressedReason: string | null;

  @Field(() => String, { nullable: true })
  outOfServiceReason: string | null;
}

@ObjectType({ description: "One step of an alarm's life: e.g. raised, acknowledged, assigned, commented, shelved, cleared." })
export class AlarmTransition {
  @Field(() => Person, { nullable: true, description: 'Null when the platform did it.' })
  person: Person | null;

  @Field(() => ID)
  id: string;

  @Field(() => GraphQLISODateTime)
  at: Date;

  @Field(() => String)
  transition: string;

  @Field(() => AlarmState)
  fromState: AlarmState;

  @Field(() => AlarmState)
  toState: AlarmState;

  @Field(() => String, { nullable: true })
  comment: string | null;
}

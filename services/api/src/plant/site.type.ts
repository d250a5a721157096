import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Money } from '../identity/identity.type.js';
import { YieldFigures } from '../yield/yield.type.js';
import { ShiftWindow } from './shift-window.type.js';

@ObjectType({ description: 'What a plant manager reads in five seconds.' })
export class SiteOverview {
  @Field(() => ShiftWindow, { nullable: true, description: 'The current shift; null when no shift is running.' })
  shift: ShiftWindow | null;

  @Field(() => Int, { description: 'Leak alerts that are not over.' })
  openLeakAlerts: number;

  @Field(() => Int, { description: 'Of those, not yet acknowledged.' })
  unacknowledgedLeakAlerts: number;

  @Field(() => Float, { nullable: true, description: 'Sum over the open leak alerts; null where the loss of one is not known.' })
  leakLossKgPerHour: number | null;

  @Field(() => Money, { nullable: true, description: 'Null where the loss of an open leak alert or its price is not known.' })
  leakLossPerHour: Money | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How far the leak losses can be trusted, 0..1: the share of the sensors along the pipes that are good and not stale, or the completeness of an open leak alert where that is smaller. Null for a site without pipe runs, and where the completeness of an open leak alert is not known.',
  })
  leakLossCompleteness: number | null;

  @Field(() => YieldFigures, { nullable: true, description: 'Yield over all lines in the current production day; null for a site without lines. The completeness counts the planned time of every line up to ten minutes ago, also of those that told nothing.' })
  today: YieldFigures | null;

  @Field(() => Int, { description: 'Tags of the site.' })
  tagCount: number;

  @Field(() => Float, { description: 'Share of the tags whose latest value is good and not stale.' })
  tagsLive: number;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Source time of the newest sample; null before the first one.' })
  newestSampleAt: Date | null;
}

@ObjectType({ description: 'One plant.' })
export class Site {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  slug: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'IANA name, e.g. Europe/Berlin.' })
  timeZone: string;
}

export enum EquipmentLevel {
  AREA = 'AREA',
  LINE = 'LINE',
  CELL = 'CELL',
}
registerEnumType(EquipmentLevel, { name: 'EquipmentLevel' });

@ObjectType()
export class Equipment {
  @Field(() => ID)
  id: string;

  @Field(() => ID, { nullable: true })
  parentId: string | null;

  @Field(() => EquipmentLevel)
  level: EquipmentLevel;

  @Field(() => String)
  slug: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'Path below the site, e.g. packaging/line-1.' })
  path: string;
}

@ObjectType()
export class ScriptedFault {
  @Field(() => String, { description: 'In plain words, e.g. steam leak on pipe run North.' })
  title: string;

  @Field(() => GraphQLISODateTime)
  startsAt: Date;
}

@ObjectType({ description: 'The plant is not a real one.' })
export class Simulation {
  @Field(() => Float, { description: '1 is real time.' })
  speed: number;

  @Field(() => [ScriptedFault], { description: 'Faults that the script will bring, soonest first.' })
  scripted: readonly ScriptedFault[];
}

import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Money } from '../identity/identity.type.js';
import { ShiftWindow } from '../plant/shift-window.type.js';

export enum YieldStatus {
  PROVISIONAL = 'PROVISIONAL',
  FINAL = 'FINAL',
}
registerEnumType(YieldStatus, { name: 'YieldStatus' });

@ObjectType({ description: 'Ratios are null where their denominator is zero.' })
export class YieldFigures {
  @Field(() => Float, { nullable: true, description: 'Good of produced, GQ/PQ.' })
  yield: number | null;

  @Field(() => Float, { nullable: true })
  availability: number | null;

  @Field(() => Float, { nullable: true, description: 'May exceed 1: then the ideal rate is set wrong.' })
  effectiveness: number | null;

  @Field(() => Float, { nullable: true })
  quality: number | null;

  @Field(() => Float, { nullable: true })
  oee: number | null;

  @Field(() => Float, { nullable: true })
  scrap: number | null;

  @Field(() => Float)
  goodQuantity: number;

  @Field(() => Float)
  rejectQuantity: number;

  @Field(() => Float)
  producedQuantity: number;

  @Field(() => Float, { description: 'Share of the planned busy time in which the state of the line, its product and its counters are known.' })
  completeness: number;

  @Field(() => YieldStatus)
  status: YieldStatus;

  @Field(() => Float, { nullable: true })
  targetYield: number | null;

  @Field(() => Float, { nullable: true })
  targetOee: number | null;
}

@ObjectType({ description: 'Additive time and quantity elements (ISO 22400-2).' })
export class YieldElements {
  @Field(() => Float, { description: 'PBT: planned busy time, s.' })
  plannedBusyS: number;

  @Field(() => Float, { description: 'APT: actual production time, s.' })
  productionS: number;

  @Field(() => Float, { description: 'AUST: actual set-up time, s.' })
  setupS: number;

  @Field(() => Float, { description: 'Downtime of all reasons, s.' })
  downtimeS: number;

  @Field(() => Float, { description: 'State not known, s.' })
  unknownS: number;

  @Field(() => Float, { description: 'Ideal time for what was produced, PRI·PQ, s.' })
  idealProducedS: number;

  @Field(() => Float, { description: 'Ideal time for what was good, PRI·GQ, s.' })
  idealGoodS: number;

  @Field(() => Float)
  producedQuantity: number;

  @Field(() => Float)
  goodQuantity: number;

  @Field(() => Float)
  scrapQuantity: number;

  @Field(() => Float)
  reworkQuantity: number;

  @Field(() => Float, { nullable: true })
  materialKg: number | null;

  @Field(() => Float, { nullable: true })
  energyKwh: number | null;
}

export enum LossKind {
  DOWNTIME = 'DOWNTIME',
  SETUP = 'SETUP',
  SPEED = 'SPEED',
  SCRAP = 'SCRAP',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(LossKind, { name: 'LossKind' });

@ObjectType({ description: 'Minutes of planned busy time that gave no good part.' })
export class LossItem {
  @Field(() => LossKind)
  kind: LossKind;

  @Field(() => String, { nullable: true, description: "Reason of a downtime, in the plant's words; null for the other kinds." })
  reason: string | null;

  @Field(() => Float)
  minutes: number;

  @Field(() => Float, { description: 'Share of the planned busy time.' })
  share: number;

  @Field(() => Money, { nullable: true, description: "Null where the product's value is not known." })
  cost: Money | null;
}

@ObjectType()
export class ProductYield {
  @Field(() => Int)
  productCode: number;

  @Field(() => String)
  name: string;

  @Field(() => YieldFigures)
  figures: YieldFigures;
}

@ObjectType()
export class Restatement {
  @Field(() => Int)
  revision: number;

  @Field(() => GraphQLISODateTime, { description: 'When this revision was computed.' })
  computedAt: Date;

  @Field(() => String, { description: 'Why it was replaced.' })
  reason: string;

  @Field(() => YieldFigures)
  figures: YieldFigures;
}

@ObjectType()
export class ShiftYield {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  lineId: string;

  @Field(() => ShiftWindow)
  shift: ShiftWindow;

  @Field(() => YieldStatus)
  status: YieldStatus;

  @Field(() => Int, { description: '1, 2, 3 …' })
  revision: number;

  @Field(() => GraphQLISODateTime)
  computedAt: Date;

  @Field(() => YieldFigures)
  figures: YieldFigures;

  @Field(() => YieldElements)
  elements: YieldElements;

  @Field(() => [LossItem], { description: 'Largest first.', complexity: ({ childComplexity }) => 5 + childComplexity })
  lossTree: readonly LossItem[];
}

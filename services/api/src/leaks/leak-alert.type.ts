import { Field, Float, GraphQLISODateTime, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Money } from '../identity/identity.type.js';
import { ContinuityEntry, Sample } from '../tags/series.type.js';
import { Tag } from '../tags/tag.type.js';

export enum LeakAlertState {
  DETECTED = 'DETECTED',
  ACKNOWLEDGED = 'ACKNOWLEDGED',
  ASSIGNED = 'ASSIGNED',
  CONFIRMED = 'CONFIRMED',
  REPAIRED = 'REPAIRED',
  VERIFIED = 'VERIFIED',
  DISMISSED = 'DISMISSED',
  GONE = 'GONE',
}
registerEnumType(LeakAlertState, { name: 'LeakAlertState', description: 'Where a leak stands on its way from detected to verified.', valuesMap: { DISMISSED: { description: 'Closed as nuisance, sensor fault or test.' }, GONE: { description: 'The signature went away without a repair.' } } });

@ObjectType()
export class PipePlace {
  @Field(() => Float)
  positionM: number;

  @Field(() => Float)
  plusMinusM: number;
}

@ObjectType({ description: 'Null is "not known", never 0.' })
export class LeakLoss {
  @Field(() => Float, { nullable: true })
  kgPerHour: number | null;

  @Field(() => Money, { nullable: true, description: "Null where the pipe run's price of a tonne is not set." })
  perHour: Money | null;

  @Field(() => Float, { nullable: true, description: 'From the onset until now, or until the leak was closed.' })
  kgSinceOnset: number | null;

  @Field(() => Money, { nullable: true, description: "Null where the pipe run's price of a tonne is not set." })
  sinceOnset: Money | null;

  @Field(() => Float, { nullable: true, description: "Null where the pipe run's CO₂ of a tonne is not set." })
  co2KgSinceOnset: number | null;

  @Field(() => Float, { nullable: true, description: "Null where the pipe run's energy of a tonne is not set." })
  energyKwhSinceOnset: number | null;

  @Field(() => String, { description: 'How the loss is estimated, with its numbers, in one line.' })
  formula: string;

  @Field(() => Float, { nullable: true, description: 'Share of the time since onset covered by good samples.' })
  completeness: number | null;
}

export enum EvidenceRole {
  SENSOR = 'SENSOR',
  NEIGHBOUR = 'NEIGHBOUR',
  EXPECTED = 'EXPECTED',
  THRESHOLD = 'THRESHOLD',
}
registerEnumType(EvidenceRole, { name: 'EvidenceRole', valuesMap: { SENSOR: { description: 'The sensor nearest to the place.' }, EXPECTED: { description: 'What the detector expects at the sensor.' }, THRESHOLD: { description: 'Above this the detector speaks.' } } });

@ObjectType()
export class EvidenceSeries {
  @Field(() => Tag, { nullable: true, description: 'Null for computed series.' })
  tag: Tag | null;

  @Field(() => EvidenceRole)
  role: EvidenceRole;

  @Field(() => Float, { nullable: true })
  positionM: number | null;

  @Field(() => [Sample])
  points: readonly Sample[];
}

@ObjectType()
export class LeakEvidence {
  @Field(() => GraphQLISODateTime)
  from: Date;

  @Field(() => GraphQLISODateTime)
  to: Date;

  @Field(() => String, { description: 'One sentence on why this is a leak.' })
  summary: string;

  @Field(() => String)
  unit: string;

  @Field(() => [EvidenceSeries])
  series: readonly EvidenceSeries[];

  @Field(() => [ContinuityEntry])
  continuity: readonly ContinuityEntry[];

  @Field(() => Float, { description: 'Share of the time range covered by good samples of the sensor.' })
  completeness: number;
}

@ObjectType()
export class LeakAlert {
  @Field(() => ID)
  id: string;

  @Field(() => LeakAlertState)
  state: LeakAlertState;

  @Field(() => ID)
  siteId: string;

  @Field(() => PipePlace)
  place: PipePlace;

  @Field(() => GraphQLISODateTime)
  onsetAt: Date;

  @Field(() => GraphQLISODateTime)
  detectedAt: Date;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Null while the leak is there.' })
  closedAt: Date | null;

  @Field(() => Float, { description: 'Largest excess over the expected air temperature, in °C.' })
  excessC: number;

  @Field(() => Float, { description: '0..1.' })
  confidence: number;

  @Field(() => LeakLoss)
  loss: LeakLoss;
}

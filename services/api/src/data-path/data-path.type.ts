import { Field, GraphQLISODateTime, ObjectType, registerEnumType } from '@nestjs/graphql';

export enum DataPathStation {
  TAG = 'TAG',
  CONNECTION = 'CONNECTION',
  SIGNAL = 'SIGNAL',
  CLOCK = 'CLOCK',
  GATEWAY = 'GATEWAY',
  SPOOL = 'SPOOL',
  QUEUE = 'QUEUE',
  HISTORIAN = 'HISTORIAN',
  VALUE = 'VALUE',
}
registerEnumType(DataPathStation, { name: 'DataPathStation', description: 'From the device to the database.' });

export enum DataPathState {
  OK = 'OK',
  BROKEN = 'BROKEN',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(DataPathState, { name: 'DataPathState' });

@ObjectType()
export class DataPathStep {
  @Field(() => DataPathStation)
  station: DataPathStation;

  @Field(() => DataPathState)
  state: DataPathState;

  @Field(() => String, { description: 'Stable, e.g. CERTIFICATE_UNTRUSTED.' })
  code: string;

  @Field(() => String, { description: 'One sentence for the process engineer.' })
  what: string;

  @Field(() => String, { nullable: true, description: 'What to do; null where nothing is to be done.' })
  remedy: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  since: Date | null;

  @Field(() => String, { nullable: true, description: 'What the station itself says, for the technician.' })
  detail: string | null;
}

@ObjectType({ description: 'Why a tag has data, or has none: every station from the device to the database.' })
export class DataPath {
  @Field(() => Boolean, { description: 'Nothing is wrong; the newest value may be old because nothing changed.' })
  ok: boolean;

  @Field(() => DataPathStep, { nullable: true, description: 'The first broken station; null when nothing is wrong.' })
  cause: DataPathStep | null;

  @Field(() => [DataPathStep])
  steps: readonly DataPathStep[];
}

import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';

export enum TagFileFormat {
  CSV = 'CSV',
  CSV_SEMICOLON = 'CSV_SEMICOLON',
  JSON = 'JSON',
}
registerEnumType(TagFileFormat, { name: 'TagFileFormat', description: 'CSV_SEMICOLON has decimal commas: what spreadsheets in German open.' });

export enum MissingTags {
  KEEP = 'KEEP',
  RETIRE = 'RETIRE',
}
registerEnumType(MissingTags, { name: 'MissingTags', description: 'What becomes of tags of the site that the file lacks. Retired tags keep their history.' });

export enum TagChange {
  ADDED = 'ADDED',
  CHANGED = 'CHANGED',
  UNCHANGED = 'UNCHANGED',
  RETIRED = 'RETIRED',
}
registerEnumType(TagChange, { name: 'TagChange' });

@ObjectType()
export class TagFieldChange {
  @Field(() => String, { description: 'Column of the file.' })
  field: string;

  @Field(() => String)
  before: string;

  @Field(() => String)
  after: string;
}

@ObjectType({ description: 'What an import does to one tag.' })
export class TagImportRow {
  @Field(() => TagChange)
  change: TagChange;

  @Field(() => Int, { nullable: true, description: 'Line of the file; null for a tag that the file lacks.' })
  line: number | null;

  @Field(() => String)
  path: string;

  @Field(() => String)
  name: string;

  @Field(() => [TagFieldChange])
  fields: readonly TagFieldChange[];
}

@ObjectType({ description: 'Why a row can’t be taken.' })
export class TagImportProblem {
  @Field(() => String, { description: 'Stable code, e.g. ADDRESS_INVALID.' })
  code: string;

  @Field(() => Int, { nullable: true })
  line: number | null;

  @Field(() => String, { nullable: true })
  column: string | null;

  @Field(() => String, { nullable: true, description: 'Path of the tag.' })
  tag: string | null;

  @Field(() => String)
  what: string;

  @Field(() => String)
  remedy: string;
}

@ObjectType({ description: 'What a file of tags changes.' })
export class TagImport {
  @Field(() => Int)
  rowCount: number;

  @Field(() => Int)
  added: number;

  @Field(() => Int)
  changed: number;

  @Field(() => Int)
  unchanged: number;

  @Field(() => Int)
  retired: number;

  @Field(() => Int)
  problemCount: number;

  @Field(() => String, { nullable: true, description: 'Stands for exactly these changes; null while there are problems.' })
  token: string | null;
}

@ObjectType()
export class TagFile {
  @Field(() => String)
  fileName: string;

  @Field(() => String)
  mediaType: string;

  @Field(() => String)
  content: string;
}

import {
  getNamedType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** One operation of the schema, filled with somebody else's ids. */
export interface Probe {
  readonly operation: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly text: string;
  /** True when the operation names a thing by id and must therefore refuse. */
  readonly namesSomething: boolean;
}

const DEPTH = 3;
const HOUR_MS = 3_600_000;
const SCALARS: Readonly<Record<string, () => string>> = {
  String: () => '"probe"',
  Int: () => '60',
  Float: () => '1',
  Boolean: () => 'true',
};

/** A value for an argument. Fails for a type it does not know, so that a new kind of argument can't slip by. */
function valueOf(type: GraphQLInputType, name: string, foreignIds: readonly string[]): string {
  if (isNonNullType(type)) return valueOf(type.ofType, name, foreignIds);
  if (isListType(type)) return `[${valueOf(type.ofType, name, foreignIds)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'NONE';
  if (type.toString() === 'ID') return JSON.stringify(foreignIds[0]);
  if (type.toString() === 'DateTime') return JSON.stringify(new Date(Date.now() + (/^(from)$/.test(name) ? -HOUR_MS : HOUR_MS / 2)).toISOString());
  const make = SCALARS[type.toString()];
  if (make === undefined) throw new Error(`The probe knows no value for the type ${type.toString()}: teach it one.`);
  return name === 'bucketSeconds' ? '60' : name === 'max' || name === 'first' ? '10' : make();
}

const argumentsOf = (field: GraphQLField<unknown, unknown>, valueFor: (argument: GraphQLArgument) => string): string =>
  field.args.length === 0 ? '' : `(${field.args.map((argument) => `${argument.name}: ${valueFor(argument)}`).join(', ')})`;

/** Every field of a type to a depth, so that a leak anywhere in the answer is seen. */
function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named) || !isObjectType(named)) return '';
  const fields = Object.values((named satisfies GraphQLObjectType).getFields())
    .filter((field) => depth > 0 || isLeafType(getNamedType(field.type)))
    .filter((field) => field.args.every(({ type: argument }) => !isNonNullType(argument) || argument.toString() === 'DateTime!'))
    .map((field) => `${field.name}${argumentsOf(field, (argument) => valueOf(argument.type, argument.name, ['x_1']))} ${selectionOf(field.type, depth - 1)}`);
  return `{ ${fields.join(' ')} }`;
}

/** Every operation of the schema with each of the foreign ids in each place of an id. A list of everything is asked for one level less: its operation would cost too much. */
export function probesOf(schema: GraphQLSchema, foreignIds: readonly string[]): readonly Probe[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([kind, root]) =>
    Object.values(root?.getFields() ?? {}).flatMap((field) => {
      const takesId = field.args.some(({ type }) => getNamedType(type).toString() === 'ID');
      const ids = takesId ? foreignIds : ['none'];
      return ids.map((id) => ({
        operation: field.name,
        kind,
        namesSomething: takesId,
        text: `${kind} { ${field.name}${argumentsOf(field, ({ type, name }) => valueOf(type, name, [id]))} ${selectionOf(field.type, isListType(getNullableType(field.type)) ? DEPTH - 2 : DEPTH - 1)} }`,
      }));
    }),
  );
}

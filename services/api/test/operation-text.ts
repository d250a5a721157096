import {
  getNamedType,
  isEnumType,
  isObjectType,
  isRequiredArgument,
  isScalarType,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql';

export type OperationKind = 'query' | 'mutation' | 'subscription';

const FROM = () => new Date(Date.now() - 3_600_000).toISOString();
const TO = () => new Date(Date.now() + 60_000).toISOString();

/** An operation on one field of the schema that asks for everything below it, as deep as `depth`. */
export function operationText(
  kind: OperationKind,
  field: GraphQLField<unknown, unknown>,
  given: Readonly<Record<string, unknown>>,
  depth = 4,
): string {
  const used = field.args.filter(({ name }) => name in given);
  const variables = used.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const args = used.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${kind} ${variables ? `(${variables})` : ''} { ${field.name}${args ? `(${args})` : ''} ${selectionOf(getNamedType(field.type), depth, [])} }`;
}

function selectionOf(type: unknown, depth: number, above: readonly string[]): string {
  if (!isObjectType(type)) return '';
  const inside = Object.values(type.getFields()).flatMap((field) => fieldOf(field, depth, [...above, type.name]));
  return `{ ${inside.join(' ')} }`;
}

function fieldOf(field: GraphQLField<unknown, unknown>, depth: number, above: readonly string[]): string[] {
  const type = getNamedType(field.type);
  const required = field.args.filter(isRequiredArgument);
  const args =
    required.length > 0
      ? `(${required.map(({ name }) => `${name}: "${name === 'to' ? TO() : FROM()}"`).join(', ')})`
      : '';
  if (isScalarType(type) || isEnumType(type)) return [`${field.name}${args}`];
  if (depth <= 1 || above.includes(type.name)) return [];
  return [`${field.name}${args} ${selectionOf(type, depth - 1, above)}`];
}

export const fieldsOf = (type: GraphQLObjectType | null | undefined): GraphQLField<unknown, unknown>[] =>
  type ? Object.values(type.getFields()) : [];

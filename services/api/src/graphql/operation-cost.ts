import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { ApiError } from './api.error.js';

/** OWASP API4: one point is about one object that is looked up or fifty samples that are read. */
export const MOST_POINTS = 5_000;
/** How long a list is taken to be that says nothing about itself (option `complexity` of its field). */
const ASSUMED_LENGTH = 20;

/** Points for samples or buckets that are read: they are many and cheap. */
export const pointsFor = (rows: number): number => Math.ceil(rows / 50);

interface Costing {
  readonly schema: GraphQLSchema;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly known: Map<string, number>;
}

const isList = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));

/** What an operation that keeps to the rules will cost at most, in points; of several in one document the dearest. Wrong variables cost nothing: they are refused anyway. */
export function operationCost(schema: GraphQLSchema, document: DocumentNode, given: Readonly<Record<string, unknown>>): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const costs = document.definitions.map((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return 0;
    const root = schema.getRootType(definition.operation);
    const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], given);
    return root && coerced ? costOf(definition.selectionSet, root, { schema, variables: coerced, fragments, known: new Map() }) : 0;
  });
  return Math.max(0, ...costs);
}

/** Throws OPERATION_TOO_LARGE. */
export function checkCost(schema: GraphQLSchema, document: DocumentNode, given: Readonly<Record<string, unknown>>): void {
  if (operationCost(schema, document, given) <= MOST_POINTS) return;
  throw new ApiError('OPERATION_TOO_LARGE', 'The operation asks for too much at once: ask for less time, fewer things or fewer fields.', 400);
}

function costOf({ selections }: SelectionSetNode, type: GraphQLObjectType, costing: Costing): number {
  return selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FIELD) return sum + fieldCost(selection, type, costing);
    if (selection.kind === Kind.INLINE_FRAGMENT) return sum + costOf(selection.selectionSet, type, costing);
    return sum + fragmentCost(selection.name.value, costing);
  }, 0);
}

function fragmentCost(name: string, costing: Costing): number {
  const known = costing.known.get(name);
  if (known !== undefined) return known;
  const fragment = costing.fragments.get(name);
  const type = fragment && costing.schema.getType(fragment.typeCondition.name.value);
  const cost = fragment && isObjectType(type) ? costOf(fragment.selectionSet, type, costing) : 0;
  costing.known.set(name, cost);
  return cost;
}

/** Arguments that make no sense are refused when the field is resolved: until then they cost nothing. */
function argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode, { variables }: Costing): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {};
  }
}

function fieldCost(node: FieldNode, parent: GraphQLObjectType, costing: Costing): number {
  const field: GraphQLField<unknown, unknown> | undefined = parent.getFields()[node.name.value];
  if (field === undefined) return 0;
  const type = getNamedType(field.type);
  const childComplexity = node.selectionSet && isObjectType(type) ? costOf(node.selectionSet, type, costing) : 0;
  const { complexity } = field.extensions;
  if (typeof complexity === 'number') return complexity + childComplexity;
  if (typeof complexity === 'function') {
    const points: unknown = complexity({ field, node, args: argumentsOf(field, node, costing), childComplexity, type: parent });
    return typeof points === 'number' && Number.isFinite(points) ? points : childComplexity;
  }
  if (isLeafType(type)) return 0;
  return (isList(field.type) ? ASSUMED_LENGTH : 1) * (1 + childComplexity);
}

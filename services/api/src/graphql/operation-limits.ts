import { GraphQLError, Kind, type ASTVisitor, type SelectionSetNode, type ValidationContext, type ValidationRule } from 'graphql';

/** OWASP API4: what one operation may ask for. */
export const OPERATION_LIMITS = { depth: 10, aliases: 15, rootFields: 10, fields: 400, tokens: 2_000, bodyBytes: 262_144 } as const;

const tooMuch = (what: string, limit: number): GraphQLError =>
  new GraphQLError(`The operation has more than ${limit} ${what}: split it.`, { extensions: { code: 'OPERATION_TOO_LARGE' } });

export const limitAliases: ValidationRule = (context: ValidationContext): ASTVisitor => {
  let aliases = 0;
  return {
    Field(node) {
      if (node.alias !== undefined && ++aliases === OPERATION_LIMITS.aliases + 1) context.reportError(tooMuch('aliases', OPERATION_LIMITS.aliases));
    },
  };
};

/** Fields inside fields; the fields of a fragment count where it is spread. A fragment in a circle is refused by another rule. */
export const limitDepth: ValidationRule = (context: ValidationContext): ASTVisitor => {
  const depths = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    depths.set(name, 0);
    const fragment = context.getFragment(name);
    const depth = fragment ? depthOf(fragment.selectionSet) : 0;
    depths.set(name, depth);
    return depth;
  };
  const depthOf = ({ selections }: SelectionSetNode): number =>
    selections.reduce((deepest, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return Math.max(deepest, ofFragment(selection.name.value));
      const inside = selection.selectionSet ? depthOf(selection.selectionSet) : 0;
      return Math.max(deepest, selection.kind === Kind.FIELD ? inside + 1 : inside);
    }, 0);
  return {
    OperationDefinition({ selectionSet }) {
      if (depthOf(selectionSet) > OPERATION_LIMITS.depth) context.reportError(tooMuch('levels', OPERATION_LIMITS.depth));
    },
  };
};

export const limitFields: ValidationRule = (context: ValidationContext): ASTVisitor => {
  let fields = 0;
  return {
    OperationDefinition(node) {
      const roots = node.selectionSet.selections.length;
      if (roots > OPERATION_LIMITS.rootFields) context.reportError(tooMuch('root fields', OPERATION_LIMITS.rootFields));
    },
    Field() {
      if (++fields === OPERATION_LIMITS.fields + 1) context.reportError(tooMuch('fields', OPERATION_LIMITS.fields));
    },
  };
};

/** `__schema` and `__type` are for administrators: the schema is published with the product, not by the server. */
export const refuseIntrospection: ValidationRule = (context: ValidationContext): ASTVisitor => ({
  Field(node) {
    if (node.name.value !== '__schema' && node.name.value !== '__type') return;
    context.reportError(new GraphQLError('Introspection is off: the schema is in services/api/schema.graphql.', { extensions: { code: 'INTROSPECTION_OFF' } }));
  },
});

/** One subscription per operation, as the specification wants it; fragments at the root hide fields from the limit. */
export const refuseRootFragments: ValidationRule = (context: ValidationContext): ASTVisitor => ({
  OperationDefinition(node) {
    if (node.selectionSet.selections.every((selection) => selection.kind === Kind.FIELD)) return;
    context.reportError(new GraphQLError('Fragments are not allowed at the root of an operation.', { extensions: { code: 'OPERATION_TOO_LARGE' } }));
  },
});

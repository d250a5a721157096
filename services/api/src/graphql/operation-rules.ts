import { specifiedRules, validate, type DocumentNode, type GraphQLError, type GraphQLSchema, type ValidationRule } from 'graphql';
import { limitAliases, limitDepth, limitFields, refuseIntrospection, refuseRootFragments } from './operation-limits.js';

/** What every operation must keep to, over HTTP and over a live connection. */
export const OPERATION_RULES: readonly ValidationRule[] = [limitAliases, limitDepth, limitFields, refuseIntrospection, refuseRootFragments];

export const operationFaults = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] => validate(schema, document, [...specifiedRules, ...OPERATION_RULES]);

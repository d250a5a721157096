import type { IncomingMessage } from 'node:http';
import { getOperationAST, GraphQLError, parse, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import { CloseCode, type Context, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { Logger } from '@telltale/service-runtime';
import { ApiError, notSignedIn } from '../graphql/api.error.js';
import { maskErrors } from '../graphql/masked-errors.js';
import { checkCost } from '../graphql/operation-cost.js';
import { OPERATION_LIMITS } from '../graphql/operation-limits.js';
import { operationFaults } from '../graphql/operation-rules.js';
import type { PlantData } from '../graphql/plant-data.js';
import type { TenantBudget } from '../graphql/tenant-budget.js';
import type { SessionReader } from '../identity/session-reader.js';
import type { SessionWatch } from '../identity/session-watch.js';
import { LiveContext } from './live-context.js';
import { LiveResults } from './live-results.js';

export { CloseCode };

/** A page has a handful; a connection with more is no page of ours. */
const MOST_PER_CONNECTION = 50;
const INIT_WITHIN_MS = 3_000;

export interface LiveParts {
  readonly schema: () => GraphQLSchema;
  readonly sessions: SessionReader;
  readonly watch: SessionWatch;
  readonly data: PlantData;
  readonly budget: TenantBudget;
  readonly logger: Logger;
}

/** The request that opened the connection. */
export interface LiveExtra extends Record<PropertyKey, unknown> {
  readonly request: IncomingMessage;
}

type LiveConnection = Context<Record<string, unknown> | undefined, LiveExtra>;

const asGraphqlError = (error: unknown): GraphQLError => {
  if (error instanceof GraphQLError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(cause.message, { originalError: cause });
};

/** The library wraps what a stream throws; what was thrown tells more. */
const unwrapped = (error: GraphQLError): GraphQLError => (error.originalError instanceof GraphQLError && !(error.originalError instanceof ApiError) ? error.originalError : error);

/** What is done for each message of a live connection (graphql-transport-ws): only subscriptions, each under the rules of HTTP. */
export function liveOperations(parts: LiveParts): ServerOptions<Record<string, unknown> | undefined, LiveExtra> {
  const mask = maskErrors(parts.logger);
  const masked = (errors: readonly GraphQLError[]): NonNullable<ReturnType<typeof mask>['response']['errors']> => mask({ errors: errors.map(unwrapped) }).response.errors ?? [];
  const started = new WeakMap<object, LiveResults>();
  return {
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onSubscribe: async (connection, _id, payload) => {
      try {
        const { args, results } = await begin(parts, connection, payload);
        started.set(args, results);
        return args;
      } catch (error) {
        return error instanceof OperationFaults ? error.faults : [asGraphqlError(error)];
      }
    },
    subscribe: (args) => started.get(args) ?? Promise.reject(new Error('A subscription was started without being checked.')),
    onNext: (_connection, _id, _payload, _args, result) => (result.errors ? mask({ ...result, errors: result.errors }).response : undefined),
    onError: (_connection, _id, _payload, errors) => masked(errors.filter((error) => error instanceof GraphQLError)),
  };
}

class OperationFaults extends Error {
  constructor(readonly faults: readonly GraphQLError[]) {
    super('The operation breaks the rules.');
  }
}

async function begin(parts: LiveParts, connection: LiveConnection, payload: SubscribePayload): Promise<{ args: ExecutionArgs; results: LiveResults }> {
  const { sessions, watch, data, budget } = parts;
  if (Object.keys(connection.subscriptions).length > MOST_PER_CONNECTION) {
    throw new ApiError('TOO_MANY_SUBSCRIPTIONS', `A connection has ${MOST_PER_CONNECTION} subscriptions at most: end some first.`);
  }
  const schema = parts.schema();
  const document = parse(payload.query, { maxTokens: OPERATION_LIMITS.tokens });
  const faults = operationFaults(schema, document);
  if (faults.length > 0) throw new OperationFaults(faults);
  if (getOperationAST(document, payload.operationName)?.operation !== 'subscription') {
    throw new GraphQLError('A live connection is for subscriptions: send queries and mutations by POST.', { extensions: { code: 'BAD_OPERATION' } });
  }
  checkCost(schema, document, payload.variables ?? {});
  const { request } = connection.extra;
  const sessionToken = sessions.tokenOf(request);
  const following = await watch.follow(sessionToken, () => results.end());
  const viewer = await following?.session.viewer();
  if (following === null || sessionToken === null || !viewer) {
    following?.stop();
    throw notSignedIn();
  }
  const { session, stop } = following;
  const context = new LiveContext({ session, sessionToken, remoteAddress: request.socket.remoteAddress ?? '', data }, viewer);
  const args: ExecutionArgs = { schema, document, variableValues: payload.variables, operationName: payload.operationName, contextValue: context };
  const results = new LiveResults({ args, context, session, budget, onEnd: stop });
  return { args, results };
}

import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { Logger } from '@telltale/service-runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionReader } from '../identity/session-reader.js';
import { createLoaders } from './loaders.js';
import { maskErrors } from './masked-errors.js';
import { OPERATION_LIMITS } from './operation-limits.js';
import { OPERATION_RULES } from './operation-rules.js';
import { operationTurns } from './operation-turns.js';
import { GRAPHQL_PATH } from './own-requests-only.js';
import type { PlantData } from './plant-data.js';
import type { RequestContext } from './request-context.js';
import type { TenantBudget } from './tenant-budget.js';

export interface GraphqlParts {
  readonly sessions: SessionReader;
  readonly data: PlantData;
  readonly budget: TenantBudget;
  readonly logger: Logger;
}

/** GraphQL over HTTP, code first. Subscriptions have their own door: live/live-endpoint.ts. */
export function graphqlOptions({ sessions, data, budget, logger }: GraphqlParts): MercuriusDriverConfig {
  const contextOf = async (request: FastifyRequest, reply: FastifyReply): Promise<RequestContext> => {
    const sessionToken = sessions.tokenOf(request);
    const viewer = await sessions.viewer(sessionToken);
    return { viewer, loaders: viewer && createLoaders(data, viewer.tenant), remoteAddress: request.ip, sessionToken, reply };
  };
  return {
    driver: MercuriusDriver,
    autoSchemaFile: true,
    sortSchema: false,
    path: GRAPHQL_PATH,
    graphiql: false,
    allowBatchedQueries: false,
    graphql: { parseOptions: { maxTokens: OPERATION_LIMITS.tokens } },
    validationRules: [...OPERATION_RULES],
    errorFormatter: maskErrors(logger),
    hooks: operationTurns(budget),
    context: async (request: FastifyRequest, reply: FastifyReply) => ({ ...(await contextOf(request, reply)) }),
  };
}

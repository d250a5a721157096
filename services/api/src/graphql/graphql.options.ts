import type { IncomingMessage } from 'node:http';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { Logger } from '@telltale/service-runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionReader } from '../identity/session-reader.js';
import { createLoaders } from './loaders.js';
import { maskErrors } from './masked-errors.js';
import { limitAliases, limitFields, OPERATION_LIMITS, refuseIntrospection, refuseRootFragments } from './operation-limits.js';
import { GRAPHQL_PATH } from './own-requests-only.js';
import type { PlantData } from './plant-data.js';
import type { RequestContext } from './request-context.js';

export interface GraphqlParts {
  readonly sessions: SessionReader;
  readonly data: PlantData;
  readonly logger: Logger;
  /** Origins that may open a live connection; the request's own host when empty. */
  readonly origins: readonly string[];
}

const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : '');

/** A browser sends its page's origin with a WebSocket, and its cookie to any: only our own pages may connect. */
export function isOwnOrigin(request: IncomingMessage, origins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  return origins.length > 0 ? origins.includes(origin) : hostOf(origin) === host;
}

/** GraphQL over HTTP and WebSocket (graphql-transport-ws), code first. */
export function graphqlOptions({ sessions, data, logger, origins }: GraphqlParts): MercuriusDriverConfig {
  const contextOf = async (request: FastifyRequest, reply?: FastifyReply): Promise<RequestContext> => {
    const sessionToken = sessions.tokenOf(request);
    const viewer = await sessions.viewer(sessionToken);
    return { viewer, loaders: viewer && createLoaders(data, viewer.tenant), remoteAddress: request.ip, sessionToken, ...(reply && { reply }) };
  };
  return {
    driver: MercuriusDriver,
    autoSchemaFile: true,
    sortSchema: false,
    path: GRAPHQL_PATH,
    graphiql: false,
    allowBatchedQueries: false,
    queryDepth: OPERATION_LIMITS.depth,
    validationRules: [limitAliases, limitFields, refuseIntrospection, refuseRootFragments],
    errorFormatter: maskErrors(logger),
    context: async (request: FastifyRequest, reply: FastifyReply) => ({ ...(await contextOf(request, reply)) }),
    subscription: {
      fullWsTransport: false,
      keepAlive: 15_000,
      verifyClient: ({ req }: { req: IncomingMessage }, next: (result: boolean, code?: number, message?: string) => void) =>
        isOwnOrigin(req, origins) ? next(true) : next(false, 403, 'This page may not connect.'),
      context: async (_socket: unknown, request: FastifyRequest) => ({ ...(await contextOf(request)) }),
    },
  };
}

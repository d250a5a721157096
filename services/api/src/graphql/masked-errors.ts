import { randomUUID } from 'node:crypto';
import { GraphQLError, type ExecutionResult, type FormattedExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { Logger } from '@telltale/service-runtime';
import { ApiError } from './api.error.js';

/** Postgres is away: connection refused, reset, closed, or shutting down (SQLSTATE class 57P and 53). */
const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', '57P01', '57P02', '57P03', '53300']);

/** SQLSTATE query_canceled: the statement timeout of the api's role. */
const CANCELED = '57014';

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

function isAway(error: unknown): boolean {
  return AWAY.has(codeOf(error)) || (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message));
}

/** graphql-js offers names that the caller may not know of. */
const withoutSuggestion = (message: string): string => message.replace(/ Did you mean .*$/s, '');

interface Formatted {
  readonly status: number;
  readonly error: GraphQLFormattedError;
}

/** Codes of Fastify and Mercurius for what callers did wrong before any resolver ran. */
const REQUEST_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'OPERATION_TOO_LARGE',
};

/** Fastify and Mercurius refuse a request with a status of 4xx; a refused operation carries the reasons in `errors`. */
function refusals(cause: unknown): Formatted[] {
  if (!(cause instanceof Error) || !('statusCode' in cause) || typeof cause.statusCode !== 'number') return [];
  const status = cause.statusCode;
  if (status < 400 || status >= 500) return [];
  const reasons = 'errors' in cause && Array.isArray(cause.errors) ? cause.errors.filter((reason) => reason instanceof Error) : [];
  return (reasons.length > 0 ? reasons : [cause]).map((reason) => (reason instanceof GraphQLError ? badOperation(reason, status) : badRequest(reason, status)));
}

function badRequest(reason: Error, status: number): Formatted {
  return { status, error: { message: withoutSuggestion(reason.message), extensions: { code: REQUEST_CODES[codeOf(reason)] ?? 'BAD_REQUEST' } } };
}

/** The parser gives up without a code. */
const TOO_MANY_TOKENS = /more tha[nt] \d+ tokens/;

function badOperation({ message, path, extensions }: GraphQLError, status: number): Formatted {
  const code = extensions['code'] ?? (TOO_MANY_TOKENS.test(message) ? 'OPERATION_TOO_LARGE' : 'BAD_OPERATION');
  return { status, error: { message: withoutSuggestion(message), ...(path && { path }), extensions: { code } } };
}

/** What a log may hold of a fault: a driver's error also carries the values of the statement, which may be secret. */
const faultOf = (fault: Error): Readonly<Record<string, unknown>> => ({ type: fault.constructor.name, code: codeOf(fault) || undefined, message: fault.message, stack: fault.stack });

function formatted(error: GraphQLError, logger: Logger): Formatted[] {
  const cause = error.originalError;
  const path = error.path === undefined ? {} : { path: error.path };
  if (cause instanceof ApiError || error instanceof ApiError) {
    const refusal = cause instanceof ApiError ? cause : error;
    const { message, extensions } = refusal;
    return [{ status: refusal instanceof ApiError ? refusal.status : 200, error: { message, ...path, extensions: { code: extensions['code'] } } }];
  }
  if (cause === undefined || cause === null) return [badOperation(error, 400)];
  const refused = refusals(cause);
  if (refused.length > 0) return refused;
  if (isAway(cause)) {
    return [{ status: 503, error: { message: 'The database can’t be reached: try again in a few seconds.', ...path, extensions: { code: 'UNAVAILABLE' } } }];
  }
  if (codeOf(cause) === CANCELED) {
    return [{ status: 200, error: { message: 'The answer took too long and was given up: ask for less time or fewer things.', ...path, extensions: { code: 'TOOK_TOO_LONG' } } }];
  }
  const reference = randomUUID().slice(0, 8);
  logger.error({ reference, path: error.path, fault: faultOf(cause) }, 'an operation failed');
  return [{ status: 200, error: { message: `Something went wrong on our side. Quote ${reference} when you report it.`, ...path, extensions: { code: 'INTERNAL', reference } } }];
}

/** What callers see of an error: our own refusals as they are, wrong operations as 400, the rest masked. */
export const maskErrors =
  (logger: Logger) =>
  (execution: ExecutionResult & Required<Pick<ExecutionResult, 'errors'>>): { statusCode: number; response: FormattedExecutionResult } => {
    const all = execution.errors.flatMap((error) => formatted(error, logger));
    const statusCode = Math.max(...all.map(({ status }) => status));
    return { statusCode, response: { ...(execution.data !== undefined && { data: execution.data }), errors: all.map(({ error }) => error) } };
  };

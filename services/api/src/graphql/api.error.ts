import { GraphQLError } from 'graphql';

/** A refusal the caller can act on: one sentence, a stable code. Everything else is masked. */
export class ApiError extends GraphQLError {
  constructor(
    code: string,
    sentence: string,
    /** Of the answer over HTTP. */
    readonly status: number = 200,
  ) {
    super(sentence, { extensions: { code } });
  }
}

export const notFound = (kind: string): ApiError =>
  new ApiError('NOT_FOUND', `There is no such ${kind}: it does not exist or belongs to someone else.`);

export const notSignedIn = (): ApiError => new ApiError('NOT_SIGNED_IN', 'Nobody is signed in: sign in first.');

export const notAllowed = (operation: string, roles: readonly string[]): ApiError =>
  new ApiError('NOT_ALLOWED', `Your role may not use ${operation}: it takes ${roles.join(' or ')}.`);

export const badArgument = (sentence: string): ApiError => new ApiError('BAD_ARGUMENT', sentence);

import { Catch, type ExceptionFilter } from '@nestjs/common';

/**
 * Hands what a resolver throws back to GraphQL as it is. Nest's own filter would log every refusal as an error with its stack;
 * what callers see, and what is logged once with a reference, is decided in masked-errors.ts.
 */
@Catch()
export class ResolverErrors implements ExceptionFilter {
  catch(exception: unknown): Error {
    return exception instanceof Error ? exception : new Error('Something that is no error was thrown.', { cause: exception });
  }
}

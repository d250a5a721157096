import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult, type GraphQLError } from 'graphql';
import { notSignedIn } from '../graphql/api.error.js';
import type { TenantBudget } from '../graphql/tenant-budget.js';
import type { FollowedSession } from '../identity/followed-session.js';
import type { LiveContext } from './live-context.js';

export interface LiveOperation {
  readonly args: ExecutionArgs;
  readonly context: LiveContext;
  readonly session: FollowedSession;
  readonly budget: TenantBudget;
  /** Called once, when nothing more is sent. */
  readonly onEnd: () => void;
}

const isStream = (found: AsyncIterable<unknown> | ExecutionResult): found is AsyncIterable<unknown> => Symbol.asyncIterator in found;

/** Where an operation could not be started: the first reason is told. */
const reasonOf = ({ errors }: ExecutionResult): GraphQLError | Error => errors?.[0] ?? new Error('The subscription gave neither events nor a reason.');

/**
 * The results of one subscription. Each event has its own loaders and is worked out for the user as he is at most 5 s before.
 * `next` rejects with NOT_SIGNED_IN when the session is over, and with the reason when the operation can't start.
 */
export class LiveResults implements AsyncGenerator<ExecutionResult, void, void> {
  private events: AsyncIterator<unknown> | null = null;
  private ended = false;

  constructor(private readonly operation: LiveOperation) {}

  async next(): Promise<IteratorResult<ExecutionResult, void>> {
    try {
      const result = await this.nextResult();
      if (result !== null) return { done: false, value: result };
    } catch (error) {
      this.end();
      throw error;
    }
    this.end();
    if (this.operation.session.isOver) throw notSignedIn();
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<ExecutionResult, void>> {
    this.end();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Also called from outside when the session is over: then the source ends, and `next` says why. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    void this.events?.return?.();
    this.operation.onEnd();
  }

  private async nextResult(): Promise<ExecutionResult | null> {
    const { args, context, session, budget } = this.operation;
    if (this.ended) return null;
    this.events ??= await this.start();
    if (this.ended) {
      // It was ended while it started.
      void this.events.return?.();
      return null;
    }
    const event = await this.events.next();
    const viewer = event.done === true ? null : await session.viewer();
    if (viewer === null || this.ended) return null;
    return budget.run(viewer.tenant.tenantId, async () => execute({ ...args, rootValue: event.value, contextValue: context.forEvent(viewer) }));
  }

  private async start(): Promise<AsyncIterator<unknown>> {
    const { args, context, budget } = this.operation;
    const found = await budget.run(context.viewer.tenant.tenantId, () => createSourceEventStream(args));
    if (!isStream(found)) throw reasonOf(found);
    return found[Symbol.asyncIterator]();
  }
}

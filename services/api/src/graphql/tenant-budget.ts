import { ApiError } from './api.error.js';

export interface BudgetLimits {
  /** Operations and live readings of one tenant that run at the same time. */
  readonly atOnce: number;
  /** How many more may wait for their turn; the next one is refused. */
  readonly waiting: number;
  /** Whoever waits longer is refused. */
  readonly patienceMs: number;
}

export const TENANT_LIMITS: BudgetLimits = { atOnce: 4, waiting: 100, patienceMs: 10_000 };

interface Waiting {
  readonly letIn: () => void;
}

interface TenantQueue {
  running: number;
  readonly waiting: Set<Waiting>;
}

/** Refused because the tenant itself asks for too much at once: HTTP status 429. */
export class TenantBusyError extends ApiError {
  constructor() {
    super('TENANT_BUSY', 'Your company is asking for too much at once: try again in a few seconds.', 429);
  }
}

/** Lets a tenant do so much at once and no more, so that the connections to the database are there for the others too. */
export class TenantBudget {
  private readonly queues = new Map<number, TenantQueue>();

  constructor(private readonly limits: BudgetLimits = TENANT_LIMITS) {}

  /** Throws TenantBusyError when the tenant's queue is full or the wait too long. */
  async run<T>(tenantId: number, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(tenantId);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Takes a place; the answer gives it back, once however often it is called. */
  async enter(tenantId: number): Promise<() => void> {
    const queue = this.queues.get(tenantId) ?? { running: 0, waiting: new Set() };
    this.queues.set(tenantId, queue);
    if (queue.running < this.limits.atOnce) queue.running += 1;
    else await this.turn(queue);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.leave(tenantId, queue);
    };
  }

  private turn(queue: TenantQueue): Promise<void> {
    if (queue.waiting.size >= this.limits.waiting) return Promise.reject(new TenantBusyError());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        letIn: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        queue.waiting.delete(waiting);
        reject(new TenantBusyError());
      }, this.limits.patienceMs);
      queue.waiting.add(waiting);
    });
  }

  /** The place goes to whoever waits longest. */
  private leave(tenantId: number, queue: TenantQueue): void {
    const [next] = queue.waiting;
    if (next !== undefined) {
      queue.waiting.delete(next);
      next.letIn();
      return;
    }
    queue.running -= 1;
    if (queue.running === 0) this.queues.delete(tenantId);
  }
}

import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { MercuriusContext } from 'mercurius';
import { checkCost } from './operation-cost.js';
import type { RequestContext } from './request-context.js';
import { TenantBusyError, type TenantBudget } from './tenant-budget.js';

const RETRY_AFTER_S = '2';

type OperationContext = MercuriusContext & Partial<RequestContext>;

/** Before an operation runs: what it costs, and whether it is its tenant's turn. The place is given back when it has run, also where the caller is gone. */
export function operationTurns(budget: TenantBudget): NonNullable<MercuriusDriverConfig['hooks']> {
  const places = new WeakMap<object, () => void>();
  return {
    preExecution: async (schema: GraphQLSchema, document: DocumentNode, context: OperationContext, variables: Record<string, unknown> | null) => {
      checkCost(schema, document, variables ?? {});
      if (!context.viewer) return;
      try {
        places.set(context, await budget.enter(context.viewer.tenant.tenantId));
      } catch (error) {
        if (error instanceof TenantBusyError) context.reply.header('retry-after', RETRY_AFTER_S);
        throw error;
      }
    },
    onResolution: (_execution: unknown, context: OperationContext) => {
      places.get(context)?.();
      places.delete(context);
    },
  };
}

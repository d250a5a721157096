import type { TenantContext } from '@telltale/tenancy';

/** One kind of insight. `refresh` brings it up to the newest samples of a tenant; it may be called at any time, never twice at once for a tenant. */
export interface InsightRunner {
  readonly name: string;
  refresh(tenant: TenantContext): Promise<void>;
}

export const INSIGHT_RUNNERS = Symbol('insight runners');

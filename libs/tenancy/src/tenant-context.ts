/** Whose data a call is about. Made only at the borders: a verified session, gateway key or queue job. */
export interface TenantContext {
  readonly tenantId: number;
}

/** Anything that runs SQL on one connection: a pg client or a TypeORM query runner. */
export type RunSql = (sql: string, params?: readonly unknown[]) => Promise<unknown>;

/** Binds row security to the tenant until the end of the running transaction. */
export async function bindTenant(run: RunSql, tenant: TenantContext): Promise<void> {
  await run(`select set_config('app.tenant_id', $1, true)`, [String(tenant.tenantId)]);
}

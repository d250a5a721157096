import type { DurablePostgres } from './durable-postgres.mts';

/** What the services need to know of tenants and gateways, and no more. */
export async function registerGateways(postgres: DurablePostgres, gateways: readonly { readonly tenantId: number; readonly gatewayId: number }[]): Promise<void> {
  for (const tenantId of new Set(gateways.map((gateway) => gateway.tenantId))) {
    await postgres.query(`insert into registry.tenant (tenant_id, slug, name, currency, locale) values ($1, $2, $2, 'EUR', 'en')`, [tenantId, `tenant-${tenantId}`]);
    await postgres.query('insert into registry.tenant_roster (tenant_id) values ($1) on conflict do nothing', [tenantId]);
    await postgres.query(`insert into registry.site (tenant_id, site_id, slug, name, time_zone) values ($1, $2, 'works', 'Works', 'UTC')`, [tenantId, 1_000 + tenantId]);
  }
  for (const { tenantId, gatewayId } of gateways)
    await postgres.query('insert into registry.gateway (tenant_id, gateway_id, site_id, name) values ($1, $2, $3, $4)', [tenantId, gatewayId, 1_000 + tenantId, `gateway-${gatewayId}`]);
}

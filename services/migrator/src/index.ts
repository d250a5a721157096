export { grafanaRoleSettings, type GrafanaRoleSettings } from './grafana/grafana-role.settings.js';
export { makeGrafanaRole } from './grafana/make-grafana-role.js';
export { migrate } from './migrate.js';
export { migratorSettings, type MigratorSettings } from './migrator.settings.js';
export { introduceTenant } from './tenants/introduce-tenant.js';
export { tenantSettings, type TenantSettings } from './tenants/tenant.settings.js';

export { migrate } from './migrate.js';
export { migratorSettings, type MigratorSettings } from './migrator.settings.js';
export { introduceTenant } from './tenants/introduce-tenant.js';
export { tenantSettings, type TenantSettings } from './tenants/tenant.settings.js';

export { migrate } from './migrate.js';
export { migratorSettings, type MigratorSettings } from './migrator.settings.js';

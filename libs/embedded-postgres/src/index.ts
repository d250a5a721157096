export * from './embedded-postgres.js';
export * from './embedded-postgres.errors.js';
export * from './postgres-settings.js';

export * from './catalog-lint.js';
export * from './test-database.js';
export * from './two-tenants.js';
export * from './foreign-rows.js';
